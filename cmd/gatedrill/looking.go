package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
	"github.com/gatedrill/gatedrill/labs/explain"
	"github.com/gatedrill/gatedrill/labs/probe"
)

// lookWithin bounds one look at a cluster.
const lookWithin = 30 * time.Second

// unasked is why no request is sent, as the layers say it.
const unasked = "no request was sent (send one: --probe)"

// looking are the flags of commands that look at a cluster: the one that labs
// run in, or any other by its context.
type looking struct {
	context    string
	kubeconfig string
	probe      bool
	noProbe    bool
	cacert     string
	cert       string
	key        string
}

func (l *looking) flags(e *env, c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&l.context, "context", "", "look at the cluster of a context of your kubeconfig; nothing is installed and nothing chosen")
	fl.StringVar(&l.kubeconfig, "kubeconfig", "", "`file` with the context (default as kubectl finds it)")
	fl.BoolVar(&l.probe, "probe", false, "send real requests, also to the cluster of a context")
	fl.BoolVar(&l.noProbe, "no-probe", false, "send no request: judge by objects and by what Envoy runs")
	fl.StringVar(&l.cacert, "cacert", "", "PEM `file` of the CAs the client trusts")
	fl.StringVar(&l.cert, "cert", "", "PEM `file` of the client's certificate")
	fl.StringVar(&l.key, "key", "", "PEM `file` of its private key")
	offerFlag(e, c, "context", contexts)
}

// foreign says whether the cluster is one that labs do not know.
func (l *looking) foreign() bool { return l.context != "" || l.kubeconfig != "" }

// sight is a cluster as one command looks at it.
type sight struct {
	handle  *cluster.Handle
	lab     labTrace
	trust   map[string]string
	unasked string // why no requests are sent, "" when they are
	tools   explain.Tools
	names   *worldNames // nil where the cluster holds the public names
}

// open finds the cluster; connect are addresses that the person named.
func (l *looking) open(ctx context.Context, e *env, connect ...string) (*sight, error) {
	if l.probe && l.noProbe {
		return nil, usagef("--probe and --no-probe: want one of them")
	}
	s := &sight{}
	if err := l.trustOf(s); err != nil {
		return nil, err
	}
	var err error
	if l.foreign() {
		err = l.openContext(ctx, e, s, connect)
	} else {
		err = l.openOwn(ctx, e, s)
	}
	if err != nil {
		return nil, err
	}
	if l.noProbe {
		s.unasked = unasked
	}
	return s, nil
}

// trustOf reads the CAs that were named.
func (l *looking) trustOf(s *sight) error {
	if l.cacert == "" {
		return nil
	}
	text, err := os.ReadFile(l.cacert)
	if err != nil {
		return usagef("--cacert: %w", err)
	}
	if !strings.Contains(string(text), "BEGIN CERTIFICATE") {
		return usagef("--cacert: %s: no certificate in PEM is in it", l.cacert)
	}
	s.trust = map[string]string{probe.DefaultTrust: string(text)}
	return nil
}

// clientCert is the name of the certificate that --cert gives.
const clientCert = "client"

// certs reads the client's certificate, none when no flag names one.
func (l *looking) certs() (map[string]tls.Certificate, error) {
	if l.cert == "" && l.key == "" {
		return nil, nil
	}
	if l.cert == "" || l.key == "" {
		return nil, usagef("--cert and --key: want both")
	}
	var text [2][]byte
	for i, file := range []string{l.cert, l.key} {
		var err error
		if text[i], err = os.ReadFile(file); err != nil {
			return nil, usagef("--%s: %w", []string{"cert", "key"}[i], err)
		}
	}
	pair, err := tls.X509KeyPair(text[0], text[1])
	if err != nil {
		return nil, usagef("--cert %s --key %s: they are no pair: %w", l.cert, l.key, err)
	}
	return map[string]tls.Certificate{clientCert: pair}, nil
}

// openContext looks at any cluster: nothing is sent to it unasked.
func (l *looking) openContext(ctx context.Context, e *env, s *sight, connect []string) error {
	x := contextChoice{file: l.kubeconfig}
	files, err := x.files(e)
	if err != nil {
		return err
	}
	s.handle, err = kubecontext.Look(ctx, kubecontext.Options{
		Environ: os.Environ(), Now: e.Now, Settings: kubecontext.Settings{Context: l.context, Kubeconfig: files},
	}, connect)
	if errors.Is(err, kubecontext.ErrNoContext) || errors.Is(err, os.ErrNotExist) {
		return usagef("%w", err)
	}
	if err != nil {
		return fail(exitUnknown, err)
	}
	s.lab = labOfContext(ctx, e, s.handle)
	if !l.probe {
		s.unasked = unasked
	}
	flags := ""
	if l.context != "" {
		flags = " --context " + explain.Quote(l.context)
	}
	if l.kubeconfig != "" {
		flags += " --kubeconfig " + explain.Quote(l.kubeconfig)
	}
	s.tools = explain.Tools{Kubectl: "kubectl" + flags, Istioctl: "istioctl" + flags}
	s.names = newWorldNames(e.lookup)
	return nil
}

// openOwn looks at the cluster that labs run in. It is not started for that.
func (l *looking) openOwn(ctx context.Context, e *env, s *sight) error {
	var err error
	if s.handle, err = e.attach(ctx); err != nil {
		return fail(exitUnknown, err)
	}
	if s.lab, err = e.traceLab(ctx); err != nil {
		return err
	}
	if s.trust == nil {
		s.trust = s.lab.Trust
	}
	chosen, err := e.choice()
	if err != nil {
		return err
	}
	if chosen.Backend == backendContext { // other people's, too
		s.names = newWorldNames(e.lookup)
		if !l.probe && s.lab.Trust == nil {
			s.unasked = unasked
		}
	}
	if k := e.Getenv("KUBECONFIG"); k == "" || k != s.handle.Kubeconfig { // not in a shell of it
		s.tools = explain.Tools{Run: "gatedrill cluster run --"}
	}
	return nil
}

// shown is a path without what a lab in progress still hides.
func (s *sight) shown(p labs.Path) labs.Path {
	if s.lab.Filter != nil {
		return s.lab.Filter(p)
	}
	return p
}

// traceLab returns what a lab in progress adds, nothing outside labs.
func (e *env) traceLab(ctx context.Context) (labTrace, error) {
	if e.lab == nil {
		return labTrace{}, nil
	}
	return e.lab(ctx, e)
}

// lookFailed is the error of a look that did not come to an end.
func lookFailed(ctx context.Context, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = fmt.Errorf("it took longer than %s (see how it answers: kubectl get --raw /readyz)", lookWithin)
	}
	return fail(exitUnknown, fmt.Errorf("look at the cluster: %w", err))
}
