package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/record"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// labTrace is what a lab in progress adds to the trace command: the CAs its
// clients trust, and the filter that hides layers not yet verified.
type labTrace struct {
	Trust  map[string]string
	Filter func(labs.Path) labs.Path
}

// traceFlags are the command line of gatedrill trace.
type traceFlags struct {
	request labs.Request
	headers []string
	cacert  string
	json    bool
	record  string
}

func traceCommands(e *env) []*cobra.Command {
	var f traceFlags
	c := &cobra.Command{
		Use:   "trace URL",
		Short: "Follow one request through the gateway's layers and say where it breaks",
		Long: `Sends a real request to the URL's host as the public zone of the cluster resolves
it, looks at the objects and at what Envoy really runs, and judges each layer:
dns, entry, listener, tls, route, destination.

Exit codes: 0 healthy, 1 broken, 3 unknown, 2 wrong arguments.`,
		Example: `  gatedrill trace https://shop.example.com/cart
  gatedrill trace --json --header "X-User: jo" http://shop.example.com/`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runTrace(c.Context(), e, f, args[0]) },
	}
	fl := c.Flags()
	fl.BoolVar(&f.json, "json", false, "print the path as JSON")
	fl.StringVar(&f.request.From, "from", "outside", "who asks; only \"outside\" can be traced")
	fl.StringArrayVar(&f.headers, "header", nil, "send a header, \"Name: value\"; Host overrides the authority")
	fl.StringVar(&f.request.Method, "method", "GET", "method of the request")
	fl.StringVar(&f.request.SNI, "sni", "", "TLS server name, when not the URL's host")
	fl.StringVar(&f.request.Gateway, "gateway", "", "namespace/service of the gateway, when DNS does not lead there")
	fl.StringVar(&f.cacert, "cacert", "", "PEM `file` of the CAs the client trusts")
	fl.StringVar(&f.record, "record", "", "write the snapshot to a `file`, gzipped JSON")
	if err := fl.MarkHidden("record"); err != nil {
		panic(err) // the flag is defined above
	}
	return []*cobra.Command{c}
}

func runTrace(ctx context.Context, e *env, f traceFlags, target string) error {
	r, err := f.build(target)
	if err != nil {
		return err
	}
	path, err := observeOnce(ctx, e, f, r)
	if err != nil {
		return err
	}
	if f.json {
		if err := writeJSON(e.Stdout, path); err != nil {
			return err
		}
	} else {
		printPath(e.Stdout, path)
	}
	return traceVerdict(path)
}

// build makes the request that the flags describe.
func (f traceFlags) build(target string) (labs.Request, error) {
	r := f.request
	r.Name, r.URL = "trace", target
	u, err := url.Parse(target)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return r, usagef("trace %q: want a URL like https://shop.example.com/cart", target)
	}
	if r.From != "outside" {
		return r, usagef("trace --from %q: only requests from outside can be traced", r.From)
	}
	for _, h := range f.headers {
		k, v, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(k) == "" {
			return r, usagef("trace --header %q: want \"Name: value\"", h)
		}
		if r.Headers == nil {
			r.Headers = map[string]string{}
		}
		r.Headers[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	if r.Gateway != "" && strings.Count(r.Gateway, "/") != 1 {
		return r, usagef("trace --gateway %q: want namespace/service", r.Gateway)
	}
	return r, nil
}

// observeOnce looks at the cluster and walks the request.
func observeOnce(ctx context.Context, e *env, f traceFlags, r labs.Request) (labs.Path, error) {
	h, err := e.attach(ctx)
	if err != nil {
		return labs.Path{}, fail(exitUnknown, err)
	}
	lab, err := e.traceLab(ctx)
	if err != nil {
		return labs.Path{}, err
	}
	trust := lab.Trust
	if f.cacert != "" {
		text, err := os.ReadFile(f.cacert)
		if err != nil {
			return labs.Path{}, usagef("trace --cacert: %w", err)
		}
		trust = map[string]string{"public": string(text)}
	}
	o, err := observe.New(h, observe.Options{Requests: []labs.Request{r}, Trust: trust, Clock: e.Now})
	if err != nil {
		return labs.Path{}, err
	}
	defer o.Close()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	s, err := o.Fresh(ctx)
	if err != nil {
		return labs.Path{}, fail(exitUnknown, fmt.Errorf("look at the cluster: %w", err))
	}
	if f.record != "" {
		if err := recordSnapshot(f.record, s); err != nil {
			return labs.Path{}, err
		}
	}
	path := trace.Trace(r, s)
	if lab.Filter != nil {
		path = lab.Filter(path)
	}
	return path, nil
}

// traceLab returns what a lab in progress adds, nothing outside labs.
func (e *env) traceLab(ctx context.Context) (labTrace, error) {
	if e.lab == nil {
		return labTrace{}, nil
	}
	return e.lab(ctx, e)
}

// recordSnapshot keeps a snapshot for tests. It holds no private keys:
// observers drop them.
func recordSnapshot(file string, s snapshot.Snapshot) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("record snapshot: %w", err)
	}
	if err := record.Write(f, s); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("record snapshot: %w", err)
	}
	return nil
}

func traceVerdict(p labs.Path) error {
	code := 0
	for _, h := range p.Hops {
		for _, l := range h.Layers {
			switch l.Verdict {
			case labs.Broken:
				return fail(exitFailed, nil)
			case labs.Unknown:
				code = exitUnknown
			}
		}
	}
	if code != 0 {
		return fail(code, nil)
	}
	return nil
}
