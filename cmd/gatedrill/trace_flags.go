package main

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
)

// traceFlags are the command line of gatedrill trace.
type traceFlags struct {
	looking
	request labs.Request
	headers []string
	json    bool
	watch   bool
	record  string
	replay  string
}

func (f *traceFlags) flags(e *env, c *cobra.Command) {
	fl := c.Flags()
	fl.BoolVar(&f.json, "json", false, "print the path as JSON; with --watch a document a line")
	fl.StringVar(&f.request.From, "from", "outside", "who asks: \"outside\", or a workload as namespace/name or namespace/kind/name")
	fl.StringArrayVar(&f.headers, "header", nil, "send a header, \"Name: value\"; Host overrides the authority")
	fl.StringVar(&f.request.Method, "method", "GET", "method of the request")
	fl.StringVar(&f.request.SNI, "sni", "", "TLS server name, when not the URL's host; \"none\" for a client that sends none")
	fl.StringVar(&f.request.Connect, "connect-to", "", "`address` to connect to, whatever the host resolves to")
	fl.StringVar(&f.request.Gateway, "gateway", "", "namespace/service of the gateway, when DNS does not lead there")
	fl.StringVar(&f.request.Via, "via", "", "namespace/service of a proxy that the request has to pass")
	fl.StringVar(&f.request.To, "to", "", "who ought to answer: namespace/workload, namespace/workload#label=value, outside/host")
	fl.BoolVar(&f.request.Refused, "refused", false, "policy wants the request refused: an answer is broken")
	fl.BoolVar(&f.request.Follow, "follow", false, "follow redirects")
	fl.BoolVar(&f.watch, "watch", false, "go on, and print a line when a layer changes")
	fl.StringVar(&f.record, "snapshot", "", "record what was looked at in a `file`, to be judged again")
	fl.StringVar(&f.replay, "from-snapshot", "", "judge what a `file` recorded; no cluster is asked")
	f.looking.flags(e, c)
	offerFlag(e, c, "from", fixed("outside"))
	offerFlag(e, c, "method", fixed(http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions))
	offerFlag(e, c, "sni", bounded(clusterWithin, hostNames))
}

// question is a request with what its client has.
type question struct {
	request labs.Request
	certs   map[string]tls.Certificate
}

// connect are the addresses that the person named.
func (q question) connect() []string {
	if q.request.Connect == "" {
		return nil
	}
	return []string{q.request.Connect}
}

// build makes the question that the flags describe. Only a recording knows
// its URL by itself.
func (f traceFlags) build(args []string) (question, error) {
	q := question{request: f.request}
	q.request.Name = "trace"
	if err := f.sensible(len(args)); err != nil {
		return q, err
	}
	if len(args) == 1 {
		u, err := url.Parse(args[0])
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
			return q, usagef("trace %q: want a URL like https://shop.example.com/cart", args[0])
		}
		q.request.URL = args[0]
	}
	if err := f.withHeaders(&q.request); err != nil {
		return q, err
	}
	for _, x := range []struct{ flag, value string }{{"gateway", q.request.Gateway}, {"via", q.request.Via}} {
		if x.value != "" && !labs.IsPair(x.value) {
			return q, usagef("trace --%s %q: want namespace/service", x.flag, x.value)
		}
	}
	if !q.request.Outside() && !labs.IsWorkload(q.request.From) {
		return q, usagef("trace --from %q: want outside, or namespace/workload, with the kind between them where several have the name", q.request.From)
	}
	if to, _, _ := strings.Cut(q.request.To, "#"); to != "" && !labs.IsPair(to) {
		return q, usagef("trace --to %q: want namespace/workload or outside/host", q.request.To)
	}
	if a := q.request.Connect; a != "" && net.ParseIP(a) == nil {
		if host, _, err := net.SplitHostPort(a); err != nil || host == "" {
			return q, usagef("trace --connect-to %q: want an address like 192.0.2.10", a)
		}
	}
	var err error
	if q.certs, err = f.certs(); len(q.certs) > 0 {
		q.request.Cert = clientCert
	}
	return q, err
}

// sensible refuses flags that do not go together.
func (f traceFlags) sensible(urls int) error {
	switch {
	case f.replay != "" && (f.foreign() || f.watch || f.record != "" || f.probe || f.noProbe):
		return usagef("trace --from-snapshot: it is judged as it was recorded, without a cluster: leave the other flags out")
	case f.replay == "" && urls == 0:
		return badUsage{errors.New("there is no URL to trace")}
	case f.watch && f.record != "":
		return usagef("trace --watch --snapshot: a snapshot is one moment: leave one of them out")
	}
	return nil
}

func (f traceFlags) withHeaders(r *labs.Request) error {
	for _, h := range f.headers {
		k, v, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(k) == "" {
			return usagef("trace --header %q: want \"Name: value\"", h)
		}
		if r.Headers == nil {
			r.Headers = map[string]string{}
		}
		r.Headers[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	return nil
}
