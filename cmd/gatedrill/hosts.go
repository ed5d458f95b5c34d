package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/hosts"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

func hostsCommand(e *env) *cobra.Command {
	var l looking
	c := &cobra.Command{
		Use: "hosts", Short: "List every host that the gateways serve, with the verdict on each", Args: cobra.NoArgs,
		Long: `Lists every host of every gateway's servers and listeners, of both APIs, with
its port, TLS mode and route, and what the trace says of it: the layer in which
it breaks and the object to blame. All of it is one look at the cluster.

A host with a wildcard stands for many and is not judged; neither is one that
only workloads of the mesh can reach.

Exit codes: 0 none is broken, 1 one is, 3 one is unknown and none broken.`,
		Example: `  gatedrill hosts
  gatedrill hosts --context prod-eu --json
  gatedrill hosts --context prod-eu --probe`,
	}
	l.flags(e, c)
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		t, err := lookAtHosts(c.Context(), e, &l)
		if err != nil {
			return err
		}
		if *asJSON {
			err = writeJSON(e.Stdout, t)
		} else {
			err = newPage(e.Stdout).hosts(t)
		}
		if err != nil {
			return err
		}
		return verdictCode(t.verdict())
	}
	return c
}

// hostTable is what the hosts command tells; docs/trace.md describes its JSON.
type hostTable struct {
	Hosts  []judged `json:"hosts"`
	Unseen []lacked `json:"unseen"`
}

// lacked is something that could not be looked at, so that the table may lack
// hosts or routes for it.
type lacked struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// judged is a host with what the trace says of it.
type judged struct {
	hosts.Host
	URL     string       `json:"url,omitempty"`     // what was asked, "" when nothing was
	Verdict labs.Verdict `json:"verdict,omitempty"` // "" when it was not judged
	Layer   labs.Layer   `json:"layer,omitempty"`   // that is broken, or unknown
	Culprit *labs.Object `json:"culprit,omitempty"`
	Why     string       `json:"why,omitempty"` // it is broken or unknown, or was not judged
}

// lookAtHosts looks twice: for the hosts, and with a request to each. What is
// told is the second look.
func lookAtHosts(ctx context.Context, e *env, l *looking) (t hostTable, err error) {
	certs, err := l.certs()
	if err != nil {
		return t, err
	}
	s, err := l.open(ctx, e)
	if err != nil {
		return t, err
	}
	if s.lab.Hides {
		return t, fail(exitFailed, fmt.Errorf("list the hosts: the table would give the lab in progress away (see the objects: kubectl get gateways,virtualservices,httproutes -A; the table, once the diagnosis is complete)"))
	}
	opts := observe.Options{Trust: s.trust, Clock: e.Now, Unasked: s.unasked}
	if s.names != nil {
		opts.Names = s.names.get
	}
	o, err := observe.New(s.handle, opts)
	if err != nil {
		return t, err
	}
	defer o.Close()
	seen, requests, err := askAll(ctx, s, o, certs)
	if err != nil {
		return t, err
	}
	t.Hosts, t.Unseen = judgeHosts(seen, requests), []lacked{}
	for _, what := range slices.Sorted(maps.Keys(seen.Missing)) {
		t.Unseen = append(t.Unseen, lacked{what, seen.Missing[what]})
	}
	return t, nil
}

// askAll looks for the hosts, and then with a request to each.
func askAll(ctx context.Context, s *sight, o *observe.Observer, certs map[string]tls.Certificate) (snapshot.Snapshot, []labs.Request, error) {
	first, err := lookOnce(ctx, o)
	if err != nil {
		return first, nil, err
	}
	if s.names != nil {
		s.names.learn(ctx, hostsOf(requestsOf(first, "")))
		if first.World {
			first.Zone, _ = s.names.get(nil)
		}
	}
	cert := ""
	if len(certs) > 0 {
		cert = clientCert
	}
	requests := requestsOf(first, cert)
	o.SetRequests(requests, s.trust, certs)
	seen, err := lookOnce(ctx, o)
	return seen, requests, err
}

// requestsOf are the requests for all hosts, by a client with a certificate
// where cert names one. DNS leads to one gateway: another one that serves the
// same host is asked by its name.
func requestsOf(s snapshot.Snapshot, cert string) []labs.Request {
	list := hosts.List(s)
	at := map[string][]string{} // Services in front of a host, by addresses
	for _, o := range s.Objects {
		if o.Kind() == "Service" {
			at[o.Namespace()+"/"+o.Name()], _ = s.Outside(o)
		}
	}
	var out []labs.Request
	for _, h := range list {
		r, ok := h.Request()
		if !ok {
			continue
		}
		r.Cert = cert
		leads := func(service string) bool {
			return slices.ContainsFunc(s.Resolve(h.Host), func(a string) bool { return slices.Contains(at[service], a) })
		}
		if !leads(h.Service) && slices.ContainsFunc(list, func(x hosts.Host) bool { return x.Host == h.Host && leads(x.Service) }) {
			r.Gateway = h.Service
		}
		out = append(out, r)
	}
	return out
}

// judgeHosts walks a request for each host that has one, on all processors.
func judgeHosts(s snapshot.Snapshot, requests []labs.Request) []judged {
	byName := map[string]labs.Request{}
	for _, r := range requests {
		byName[r.Name] = r
	}
	list, mesh := hosts.List(s), trace.Of(s)
	out := make([]judged, len(list))
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, h := range list {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			out[i] = judgeHost(h, mesh, byName)
		})
	}
	wg.Wait()
	return out
}

func judgeHost(h hosts.Host, mesh *trace.Mesh, requests map[string]labs.Request) judged {
	j := judged{Host: h}
	own, ok := h.Request()
	r, asked := requests[own.Name]
	switch {
	case h.Wildcard():
		j.Why = "it stands for many hosts"
	case !h.Outside:
		j.Why = "it is not reached from outside"
	case !ok:
		j.Why = "nothing can be asked of it by this protocol"
	case !asked:
		j.Verdict, j.Why = labs.Unknown, "it came while it was looked"
	default:
		j.judge(mesh.Brief(r))
	}
	return j
}

// judge takes over what a path says. Where only an answer is lacking, why it is
// lacking is all there is to say.
func (j *judged) judge(p labs.Path) {
	j.URL, j.Verdict = p.Request.URL, overall(p)
	for _, h := range p.Hops {
		for _, l := range h.Layers {
			if l.Verdict != j.Verdict || l.Verdict == labs.Healthy || j.Layer != "" {
				continue
			}
			j.Layer, j.Why = l.Layer, l.Summary
			if l.Verdict == labs.Broken && l.Summary == trace.AsksForCertificate && p.Request.Cert == "" {
				j.Verdict, j.Why = labs.Unknown, l.Summary+" (show one: --cert FILE --key FILE)"
				return // nobody said that a client without one should get in
			}
			if a := p.Answer; l.Verdict == labs.Unknown && !a.Observed && a.Error != "" && strings.Contains(l.Summary, "was seen yet") {
				j.Why = a.Error
			}
			if l.Verdict == labs.Broken && len(l.Objects) > 0 {
				j.Culprit = &l.Objects[0]
			}
		}
	}
}

// verdict is that on all hosts: where something that makes hosts could not be
// looked at, none broken is not healthy.
func (t hostTable) verdict() labs.Verdict {
	out := labs.Healthy
	for _, u := range t.Unseen {
		if slices.Contains(hosts.Kinds(), u.What) {
			out = labs.Unknown
		}
	}
	for _, j := range t.Hosts {
		switch j.Verdict {
		case labs.Broken:
			return labs.Broken
		case labs.Unknown:
			out = labs.Unknown
		case labs.Healthy, labs.OffPath:
		}
	}
	return out
}
