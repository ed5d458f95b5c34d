package observe

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// kept results of each request: a burst's worth, so that log lines that come
// a second late still find theirs.
const keptResults = 64

// ask sends one request.
func (o *Observer) ask(ctx context.Context, r labs.Request, s snapshot.Snapshot) probe.Result {
	o.mu.Lock()
	p := &probe.Prober{
		Dial: o.dial, Resolve: publicly(s), Trust: o.trust, Certs: o.certs, Timeout: o.limit, Now: o.clock,
	}
	o.mu.Unlock()
	if o.unasked != "" {
		return unsent(labs.Answer{Error: o.unasked}, o.clock())
	}
	if !r.Outside() {
		return o.askFrom(ctx, p, r, s)
	}
	address, failed := "", labs.Answer{}
	if r.Connect == "" {
		if address, failed = addressOf(r, s); address == "" {
			return unsent(failed, o.clock())
		}
	}
	res := p.Do(ctx, r, address)
	res.Local = "" // seen from in there it may be another
	return res
}

// unsent is the result of a request that went nowhere.
func unsent(a labs.Answer, now time.Time) probe.Result {
	a.At = now
	return probe.Result{Answer: a, Sent: now}
}

// publicly resolves names as the world outside does.
func publicly(s snapshot.Snapshot) func(context.Context, string) ([]string, error) {
	return func(_ context.Context, host string) ([]string, error) {
		if why := s.Missing["dns"]; why != "" {
			return nil, errors.New(why)
		}
		list := s.Resolve(host)
		return list[:min(len(list), 1)], nil
	}
}

// addressOf finds where a client would send the request: to the Service it
// names, else where the public zone leads. An empty address comes with what
// the client gets instead.
func addressOf(r labs.Request, s snapshot.Snapshot) (string, labs.Answer) {
	if ns, name, ok := strings.Cut(r.Gateway, "/"); ok {
		service := snapshot.IndexOf(s.Objects).Get("", "Service", ns, name)
		for _, a := range snapshot.ServiceAddresses(service) {
			if list := s.Resolve(a); net.ParseIP(a) == nil && len(list) > 0 {
				a = list[0]
			}
			return a, labs.Answer{}
		}
		return "", labs.Answer{Error: "Service " + r.Gateway + " has no outside address"}
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return "", labs.Answer{Error: err.Error()}
	}
	host := u.Hostname()
	if net.ParseIP(host) != nil {
		return host, labs.Answer{}
	}
	if why := s.Missing["dns"]; why != "" {
		return "", labs.Answer{Error: why}
	}
	if list := s.Resolve(host); len(list) > 0 {
		return list[0], labs.Answer{}
	}
	return "", labs.Answer{Error: probe.DNS, Observed: true}
}
