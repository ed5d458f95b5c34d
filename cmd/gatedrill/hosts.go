package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

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
	l.flags(c)
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
	first, err := lookOnce(ctx, o)
	if err != nil {
		return t, err
	}
	requests := requestsOf(first)
	if s.names != nil {
		s.names.learn(ctx, hostsOf(requests))
	}
	o.SetRequests(requests, s.trust, nil)
	seen, err := lookOnce(ctx, o)
	if err != nil {
		return t, err
	}
	t.Hosts, t.Unseen = judgeHosts(seen, requests), []lacked{}
	for _, what := range slices.Sorted(maps.Keys(seen.Missing)) {
		t.Unseen = append(t.Unseen, lacked{what, seen.Missing[what]})
	}
	return t, nil
}

// requestsOf are the requests for all hosts. One that several gateways serve
// is asked of each, whichever DNS leads to; so are all where no names are
// known.
func requestsOf(s snapshot.Snapshot) []labs.Request {
	list := hosts.List(s)
	services := map[string]map[string]bool{}
	for _, h := range list {
		if services[h.Host] == nil {
			services[h.Host] = map[string]bool{}
		}
		services[h.Host][h.Service] = true
	}
	var out []labs.Request
	for _, h := range list {
		r, ok := h.Request()
		if !ok {
			continue
		}
		if len(services[h.Host]) > 1 {
			r.Gateway = h.Service
		}
		out = append(out, r)
	}
	return out
}

// judgeHosts walks a request for each host that has one.
func judgeHosts(s snapshot.Snapshot, requests []labs.Request) []judged {
	out := []judged{}
	for _, h := range hosts.List(s) {
		j := judged{Host: h}
		r, ok := h.Request()
		i := slices.IndexFunc(requests, func(x labs.Request) bool { return x.Name == r.Name })
		switch {
		case h.Wildcard():
			j.Why = "it stands for many hosts"
		case !h.Outside:
			j.Why = "it is not reached from outside"
		case !ok:
			j.Why = "nothing can be asked of it by this protocol"
		case i < 0:
			j.Verdict, j.Why = labs.Unknown, "it came while it was looked"
		default:
			j.judge(trace.Trace(requests[i], s))
		}
		out = append(out, j)
	}
	return out
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
			if a := p.Answer; l.Verdict == labs.Unknown && !a.Observed && a.Error != "" {
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
