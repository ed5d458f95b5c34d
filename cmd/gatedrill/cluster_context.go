package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
)

// newContext makes the backend of a cluster that the person has.
func newContext(e *env, s kubecontext.Settings, exe string, tools []string) *kubecontext.Backend {
	quiet := *e // `lab list` names broken labs
	quiet.Stderr = io.Discard
	return kubecontext.New(kubecontext.Options{
		Home: e.Home, Self: []string{exe}, Environ: os.Environ(), Settings: s, User: userAtHost(e), Tools: tools, Now: e.Now,
		Labs: func() labs.Footprint { return labs.FootprintOf(loadLabs(&quiet)) },
	})
}

// userAtHost is how others in a cluster know this person.
func userAtHost(e *env) string {
	name := e.Getenv("USER")
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return name + "@" + host
}

// contextChoice is what `cluster use --context` was told.
type contextChoice struct {
	set           kubecontext.Settings
	file          string // --kubeconfig
	yes           string
	yesProduction string
	asJSON        *bool
}

func (x *contextChoice) flags(e *env, c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&x.set.Context, "context", "", "`name` of a context of your kubeconfig")
	fl.StringVar(&x.file, "kubeconfig", "", "`file` with the context (default as kubectl finds it)")
	fl.StringVar(&x.set.Image, "image", "", "image of the labs' workloads in that cluster (default gatedrill/app:1, on the nodes)")
	fl.BoolVar(&x.set.MeshAdmin, "mesh-admin", false, "let labs write to istio-system too")
	fl.StringVar(&x.yes, "yes", "", "confirm the context by its `name`, for scripts")
	fl.StringVar(&x.yesProduction, "yes-production", "", "confirm by its `name` a context that looks like production")
	offerFlag(e, c, "context", contexts)
	x.asJSON = jsonFlag(c)
}

// use looks at a context, shows what it saw, asks, and notes the choice.
func (x *contextChoice) use(ctx context.Context, e *env, old choice) error {
	name := x.set.Context
	var err error
	if x.set.Kubeconfig, err = x.files(e); err != nil {
		return err
	}
	target, err := kubecontext.Find(x.set.Kubeconfig, name)
	if err != nil {
		return usagef("%w", err)
	}
	if words := target.Production(); len(words) > 0 && x.yesProduction != name {
		return usagef("context %q looks like production (%s): labs break things on purpose\nif it is none, say so: --yes-production %s", name, strings.Join(words, ", "), name)
	}
	if x.yes != "" && x.yes != name {
		return usagef("--yes %s: the context is called %q", x.yes, name)
	}
	x.set.Identity = target.Identity
	next := choice{Backend: backendContext, Kind: old.Kind, Context: x.set}
	b, err := x.backend(e, old, next)
	if err != nil {
		return err
	}
	defer b.Close()
	p := b.Preflight(ctx)
	if err := printPreflight(e.Stdout, p, *x.asJSON); err != nil {
		return err
	}
	if !p.Passed() {
		code := exitFailed
		if !p.Asked {
			code = exitUnknown
		}
		return fail(code, fmt.Errorf("context %q cannot be used yet; nothing was changed", name))
	}
	if err := x.confirm(ctx, e); err != nil {
		return err
	}
	if err := e.choose(next); err != nil {
		return err
	}
	say(e.Stderr, fmt.Sprintf("labs run in context %s now; bring it up: gatedrill cluster up", name))
	return nil
}

// files are those that the context is read from, as absolute paths.
func (x *contextChoice) files(e *env) ([]string, error) {
	if x.file != "" {
		return []string{x.file}, absolute([]*string{&x.file})
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, usagef("find your kubeconfig: %w (name it: --kubeconfig FILE)", err)
	}
	list := kubecontext.Files(e.Getenv("KUBECONFIG"), home)
	for i := range list {
		if list[i], err = filepath.Abs(list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// backend makes the backend of the new choice. What is in a cluster by an
// older choice has to be removed by that.
func (x *contextChoice) backend(e *env, old, next choice) (*kubecontext.Backend, error) {
	if was := old.Context; was.Context != "" && (was.Context != next.Context.Context || was.Identity != next.Context.Identity || was.MeshAdmin != next.Context.MeshAdmin) {
		old.Backend = backendContext
		b, err := e.make(old)
		if err != nil {
			return nil, err
		}
		if in, err := b.(*kubecontext.Backend).InCluster(); err != nil || in {
			return nil, errors.Join(err, fmt.Errorf("context %q still holds what gatedrill made there; first: gatedrill cluster down --backend context", was.Context))
		}
	}
	b, err := e.make(next)
	if err != nil {
		return nil, err
	}
	return b.(*kubecontext.Backend), nil
}

// confirm asks for the context's name.
func (x *contextChoice) confirm(ctx context.Context, e *env) error {
	if x.yes != "" {
		return nil
	}
	name := x.set.Context
	typed, err := e.typed(ctx, "\nTo let gatedrill make these things there, type the context's name: ", "--yes "+name)
	if err != nil {
		return err
	}
	if typed != name {
		return fail(exitFailed, fmt.Errorf("that is not %q: nothing was changed", name))
	}
	return nil
}

func printPreflight(w io.Writer, p kubecontext.Preflight, asJSON bool) error {
	if asJSON {
		return writeJSON(w, p)
	}
	fmt.Fprintf(w, "context %s, cluster %s\n\n", visible(p.Context), visible(p.Cluster))
	printFindings(w, p.Findings)
	if len(p.Creates) > 0 {
		fmt.Fprintf(w, "\nwhat would be made there:\n")
	}
	for _, line := range p.Creates {
		fmt.Fprintf(w, "  %s\n", visible(line))
	}
	return nil
}
