package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/explain"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// labTrace is what a lab in progress adds to the trace command: the CAs its
// clients trust, and the filter that hides layers not yet verified.
type labTrace struct {
	Trust  map[string]string
	Filter func(labs.Path) labs.Path
	Hides  bool // the lab asks for what a table of hosts would tell
}

func traceCommands(e *env) []*cobra.Command {
	var f traceFlags
	c := &cobra.Command{
		Use:   "trace URL",
		Short: "Follow one request on its way through the mesh and say where it breaks",
		Long: `Looks at the objects and at what each Envoy on the way really runs, sends the
real request, and judges every layer of every hop: dns, entry, listener, tls,
route, destination. It ends in one sentence for a ticket, and in the two
commands that show the evidence.

Without --context it is the cluster that labs run in (gatedrill cluster list);
it is not started for that. With --context it is any cluster that you may read:
nothing is installed there, and no request is sent without --probe. What you
may not read is named, with the layers that are unknown for it.

A snapshot holds what was looked at and no private key; certificates are
described, credentials in headers are cut. docs/trace.md has the JSON.

Exit codes: 0 healthy, 1 broken, 3 unknown, 2 wrong arguments.`,
		Example: `  gatedrill trace https://shop.example.com/cart
  gatedrill trace --context prod-eu https://shop.example.com/cart
  gatedrill trace --context prod-eu --probe --cacert ca.pem https://shop.example.com/
  gatedrill trace --from mesh/client --via istio-system/istio-egressgateway https://api.example.org/
  gatedrill trace --cert me.pem --key me.key --header "X-User: jo" --json https://bank.example.com/
  gatedrill trace --watch http://shop.example.com/
  gatedrill trace --snapshot case.json.gz https://shop.example.com/cart
  gatedrill trace --from-snapshot case.json.gz`,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: offer(e, bounded(clusterWithin, hostURLs)),
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := f.build(args)
			if err != nil {
				return err
			}
			return runTrace(c.Context(), e, f, ask)
		},
	}
	f.flags(e, c)
	return []*cobra.Command{c}
}

func runTrace(ctx context.Context, e *env, f traceFlags, ask question) error {
	if f.replay != "" {
		return replayTrace(e, f, ask)
	}
	s, err := f.open(ctx, e, ask.connect()...)
	if err != nil {
		return err
	}
	o, err := ask.observer(ctx, e, s)
	if err != nil {
		return err
	}
	defer o.Close()
	if f.watch {
		return watchTrace(ctx, e, f, ask, s, o)
	}
	seen, err := ask.look(ctx, s, o)
	if err != nil {
		return err
	}
	if f.record != "" {
		if err := recordSnapshot(f.record, seen, ask.request); err != nil {
			return err
		}
	}
	return tell(e, f.json, tracedOf(s.shown(trace.Trace(ask.request, seen)), seen, s.tools))
}

// observer makes one that asks the question.
func (q question) observer(ctx context.Context, e *env, s *sight) (*observe.Observer, error) {
	requests := []labs.Request{q.request}
	opts := observe.Options{Requests: requests, Trust: s.trust, Certs: q.certs, Clock: e.Now, Unasked: s.unasked}
	if s.names != nil {
		s.names.learn(ctx, hostsOf(requests))
		opts.Names = s.names.get
	}
	return observe.New(s.handle, opts)
}

// mostRedirects is how many redirects a client follows.
const mostRedirects = 10

// look looks once; and once more for each redirect to a host whose name was
// not asked for yet.
func (q question) look(ctx context.Context, s *sight, o *observe.Observer) (snapshot.Snapshot, error) {
	for n := 0; ; n++ {
		seen, err := lookOnce(ctx, o)
		if err != nil || n == mostRedirects || s.names == nil || !s.names.learn(ctx, q.hosts(seen)) {
			return seen, err
		}
	}
}

// hosts are the names that the client asks DNS for: of the URL, and of those to
// which redirects lead it.
func (q question) hosts(s snapshot.Snapshot) []string {
	r := q.request
	out := hostsOf([]labs.Request{r})
	for n := 0; r.Follow && n < mostRedirects; n++ {
		to := ""
		for _, h := range trace.Trace(r, s).Hops {
			if u, ok := h.Layer(labs.LayerRoute).Facts["redirect"].(string); ok {
				to = u
			}
		}
		if to == "" {
			break
		}
		r = r.Forwarded()
		r.URL = to
		out = append(out, hostsOf([]labs.Request{r})...)
	}
	return out
}

func lookOnce(ctx context.Context, o *observe.Observer) (snapshot.Snapshot, error) {
	bounded, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	s, err := o.Fresh(bounded)
	if err != nil {
		return s, lookFailed(ctx, err)
	}
	return s, nil
}

// traced is what the trace command tells; docs/trace.md describes its JSON.
type traced struct {
	labs.Path
	Verdict  labs.Verdict     `json:"verdict"` // of the whole
	Sentence string           `json:"sentence"`
	Commands []string         `json:"commands"`
	Unseen   []explain.Unseen `json:"unseen"`
}

func tracedOf(p labs.Path, s snapshot.Snapshot, tools explain.Tools) traced {
	return traced{
		Path: p, Verdict: overall(p), Sentence: explain.Sentence(p),
		Commands: explain.Commands(p, tools), Unseen: explain.Missing(p, s.Missing),
	}
}

// tell prints a trace and makes its exit code.
func tell(e *env, asJSON bool, t traced) error {
	if asJSON {
		if err := writeJSON(e.Stdout, t); err != nil {
			return err
		}
	} else if err := newPage(e.Stdout).traced(t); err != nil {
		return err
	}
	return verdictCode(t.Verdict)
}

// overall is the verdict on a whole path: broken in one layer is broken.
func overall(p labs.Path) labs.Verdict {
	looked, unknown := false, false
	for _, h := range p.Hops {
		for _, l := range h.Layers {
			looked = true
			switch l.Verdict {
			case labs.Broken:
				return labs.Broken
			case labs.Unknown:
				unknown = true
			case labs.Healthy, labs.OffPath:
			}
		}
	}
	if unknown || !looked {
		return labs.Unknown
	}
	return labs.Healthy
}

func verdictCode(v labs.Verdict) error {
	switch v {
	case labs.Broken:
		return fail(exitFailed, nil)
	case labs.Healthy, labs.OffPath:
		return nil
	case labs.Unknown:
	}
	return fail(exitUnknown, nil)
}
