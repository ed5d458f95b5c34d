package observe

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// kept results of each request: a burst's worth, so that log lines that come
// a second late still find theirs.
const keptResults = 64

// ask sends one request and keeps the result.
func (o *Observer) ask(ctx context.Context, r labs.Request, s snapshot.Snapshot) probe.Result {
	o.mu.Lock()
	p := &probe.Prober{Dial: o.dial, Trust: o.trust, Certs: o.certs, Timeout: o.limit, Now: o.clock}
	o.mu.Unlock()
	address, failed := addressOf(r, s)
	if address == "" {
		now := o.clock()
		failed.At = now
		return probe.Result{Answer: failed, Sent: now}
	}
	res := p.Do(ctx, r, address)
	res.Local = "" // seen from in there it may be another
	return res
}

// addressOf finds where a client would send the request: to the Service it
// names, else where the public zone leads. An empty address comes with what
// the client gets instead.
func addressOf(r labs.Request, s snapshot.Snapshot) (string, labs.Answer) {
	if ns, name, ok := strings.Cut(r.Gateway, "/"); ok {
		service := snapshot.IndexOf(s.Objects).Get("", "Service", ns, name)
		if a := snapshot.ServiceAddresses(service); len(a) > 0 {
			return a[0], labs.Answer{}
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

func (o *Observer) keep(name string, r probe.Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h := append(o.history[name], r)
	if len(h) > keptResults {
		h = slices.Clone(h[len(h)-keptResults/2:])
	}
	o.history[name] = h
}

// answers are the latest results, each joined with its log line. While the
// line of the latest is on its way (Envoy writes its log once a second), the
// words of the last request that ended the same way stand in; Fresh waits
// for the very line instead.
func (o *Observer) answers() (map[string]labs.Answer, map[string][]snapshot.PeerCert) {
	o.mu.Lock()
	gateways := o.sorted()
	history := map[string][]probe.Result{}
	for name, h := range o.history {
		history[name] = slices.Clone(h)
	}
	o.mu.Unlock()

	answers, peers := map[string]labs.Answer{}, map[string][]snapshot.PeerCert{}
	for name, h := range history {
		last := h[len(h)-1]
		answers[name], peers[name] = last.Answer, last.Peers
		for _, r := range slices.Backward(h) {
			if !sameEnd(r.Answer, last.Answer) || last.Sent.Sub(r.Sent) > 5*time.Second {
				break
			}
			if l, ok := lineOf(gateways, r); ok {
				answers[name] = l.Join(last.Answer)
				break
			}
		}
	}
	return answers, peers
}

func lineOf(gateways []*gateway, r probe.Result) (probe.Line, bool) {
	if r.ID == "" {
		return probe.Line{}, false
	}
	for _, g := range gateways {
		if l, ok := g.find(r); ok {
			return l, true
		}
	}
	return probe.Line{}, false
}

func sameEnd(a, b labs.Answer) bool {
	return a.Code == b.Code && a.Error == b.Error && a.Upstream == b.Upstream && a.Observed == b.Observed &&
		(a.Code < 400 || a.Body == b.Body)
}
