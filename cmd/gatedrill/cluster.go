package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/hostshell"
)

func clusterCommands(e *env) []*cobra.Command {
	c := &cobra.Command{
		Use: "cluster", Short: "Where labs run: the sandbox, a kind cluster, or a cluster you have", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(clusterList(e), clusterUse(e), clusterUp(e), clusterDown(e), clusterReset(e), clusterStatus(e), clusterShell(e), clusterRun(e))
	return []*cobra.Command{c, namesCommand(e)}
}

// listed is a backend in `cluster list`.
type listed struct {
	cluster.State
	Backend string `json:"backend"`
	InUse   bool   `json:"inUse"`
}

func clusterList(e *env) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List the places labs can run in, and how they are", Args: cobra.NoArgs}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		now, err := e.choice()
		if err != nil {
			return err
		}
		var list []listed
		for _, name := range backends() {
			other := now
			other.Backend = name
			b, err := e.make(other)
			if err != nil {
				return err
			}
			list = append(list, listed{State: b.State(c.Context()), Backend: name, InUse: name == now.Backend})
			b.Close()
		}
		if *asJSON {
			return writeJSON(e.Stdout, list)
		}
		t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
		for _, l := range list {
			mark := " "
			if l.InUse {
				mark = "▶"
			}
			fmt.Fprintf(t, "%s %s\t%s\t%s\n", mark, visible(l.Name), l.State.State, visible(l.Detail))
		}
		return t.Flush()
	}
	return c
}

func clusterUse(e *env) *cobra.Command {
	var x contextChoice
	c := &cobra.Command{
		Use: "use sandbox | kind | --context NAME", Short: "Choose where labs run", Args: cobra.MaximumNArgs(1), ValidArgsFunction: offer(e, fixed(backends()...)),
		Long: `Choose where labs run. Nothing is started.

For kind the flags say what the cluster is made of. Those not given stay as they
were chosen before; an empty value is the default again.

With --context it is a cluster that you have, with Istio in it. What is there,
what you may do and what gatedrill would make are shown first; then you confirm
by typing the context's name. A context that looks like production is refused
without --yes-production NAME. Your kubeconfig is only read.`,
		Example: `  gatedrill cluster use kind
  gatedrill cluster use kind --node-image my/node:v1.36.1 --hub my.registry/istio --tag 1.31.0
  gatedrill cluster use --context dev --image my.registry/gatedrill-app:1 --mesh-admin
  gatedrill cluster use sandbox`,
	}
	settings := kindFlags(e, c)
	x.flags(e, c)
	c.RunE = func(c *cobra.Command, args []string) error {
		old, err := e.choice()
		if err != nil { // it is replaced anyway
			old = choice{}
		}
		switch {
		case x.set.Context != "" && (len(args) == 0 || args[0] == backendContext):
			return x.use(c.Context(), e, old)
		case len(args) == 0 || x.set.Context != "":
			return usagef("name one: sandbox, kind, or --context NAME")
		case args[0] == backendContext && old.Context.Context == "":
			return usagef("no context was chosen yet: gatedrill cluster use --context NAME")
		}
		fresh := old
		fresh.Backend = args[0]
		if err := settings(&fresh.Kind); err != nil {
			return err
		}
		return e.choose(fresh)
	}
	return c
}

// backendFlag lets a command name another backend than the one in use.
func backendFlag(e *env, c *cobra.Command) {
	var name string
	oneOfFlag(e, c, &name, "backend", "where labs run, instead of the place in use", backends()...)
	c.PreRunE = func(*cobra.Command, []string) error { return e.useFor(name) }
}

// useFor makes one command work on a backend, whichever is in use; an empty
// name is the one in use.
func (e *env) useFor(name string) error {
	now, err := e.choice()
	if name == "" || err == nil && now.Backend == name {
		return nil
	}
	if err != nil {
		return err
	}
	now.Backend = name
	if err := now.check(); err != nil {
		return err
	}
	e.backend = func(e *env) (cluster.Backend, error) { return e.make(now) }
	return nil
}

func clusterUp(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "up", Short: "Make the cluster run, or find it running", Args: cobra.NoArgs,
		Long: "Make the cluster run, or find it running. Interrupted while a kind cluster is\nbeing made, it is deleted again, unless --keep. In a context it makes gatedrill's namespace,\nwith the Lease that says who uses the cluster.",
	}
	asJSON := jsonFlag(c)
	backendFlag(e, c)
	c.Flags().BoolVar(&e.keep, "keep", false, "leave a kind cluster that could not be made as it is, to be looked at")
	c.RunE = func(c *cobra.Command, _ []string) error {
		b, err := e.cluster()
		if err != nil {
			return err
		}
		if _, err := e.up(c.Context(), b); err != nil {
			return err
		}
		return printState(c.Context(), e.Stdout, b, *asJSON)
	}
	return c
}

func clusterDown(e *env) *cobra.Command {
	return ending(e, &cobra.Command{
		Use: "down", Short: "End the cluster: the sandbox keeps what it holds, a kind cluster is deleted", Args: cobra.NoArgs,
		Long: `End the cluster. The sandbox keeps what it holds, a kind cluster is deleted. From
a context exactly what gatedrill made is removed; what then differs from before
the first up is listed, left alone, and makes exit code 1.`,
	}, cluster.Backend.Down)
}

func clusterReset(e *env) *cobra.Command {
	return ending(e, &cobra.Command{
		Use: "reset", Short: "End the cluster and drop everything it holds; the next start is from nothing", Args: cobra.NoArgs,
	}, cluster.Backend.Reset)
}

// ending makes a command that ends the cluster in one way.
func ending(e *env, c *cobra.Command, end func(cluster.Backend, context.Context) error) *cobra.Command {
	backendFlag(e, c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		b, err := e.cluster()
		if err != nil {
			return err
		}
		return end(b, c.Context())
	}
	return c
}

func clusterStatus(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "status", Short: "Say how the cluster is", Args: cobra.NoArgs,
		Long: "Say how the cluster is. Exit code 0: ready; 1: anything else.",
	}
	asJSON := jsonFlag(c)
	backendFlag(e, c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		b, err := e.cluster()
		if err != nil {
			return err
		}
		return printState(c.Context(), e.Stdout, b, *asJSON)
	}
	return c
}

func clusterShell(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "shell", Short: "Open a shell that knows the cluster, outside any lab", Args: cobra.NoArgs,
	}
	backendFlag(e, c)
	c.RunE = func(c *cobra.Command, _ []string) error { return runInside(c, e, nil) }
	return c
}

func clusterRun(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "run -- COMMAND [ARGS…]", Short: "Run a command in such a shell", Args: cobra.MinimumNArgs(1),
		Long:    "Run a command in a shell that knows the cluster. While it runs, load balancers of\na kind cluster get their addresses.",
		Example: "  gatedrill cluster run -- kubectl get pods -A\n  gatedrill cluster run --backend kind -- sleep infinity",
	}
	backendFlag(e, c)
	c.RunE = func(c *cobra.Command, args []string) error { return runInside(c, e, args) }
	return c
}

// printState prints how a cluster is; exit code 1 unless it is ready.
func printState(ctx context.Context, w io.Writer, b cluster.Backend, asJSON bool) error {
	s := b.State(ctx)
	var err error
	if asJSON {
		err = writeJSON(w, s)
	} else {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range [][2]string{{s.Name, s.State}, {"detail", s.Detail}, {"kubeconfig", s.Kubeconfig}, {"next", s.Next}} {
			if row[1] != "" {
				fmt.Fprintf(t, "%s\t%s\n", visible(row[0]), visible(row[1]))
			}
		}
		err = t.Flush()
	}
	if err == nil && s.State != cluster.Ready {
		return fail(exitFailed, nil)
	}
	return err
}

// namesCommand answers for the getent of a learner's shell.
func namesCommand(e *env) *cobra.Command {
	c := &cobra.Command{Use: "names", Hidden: true, Args: cobra.NoArgs}
	c.AddCommand(&cobra.Command{
		Use: "getent [ARGS…]", DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			zone, err := hostshell.ZoneOf(c.Context(), e.Getenv("KUBECONFIG"))
			if err != nil {
				return err
			}
			err = hostshell.Getent(c.Context(), zone, args, e.Getenv("PATH"), e.Stdout, e.Stderr)
			if errors.Is(err, hostshell.ErrNotFound) {
				return fail(exitUsage, nil) // as the system's getent
			}
			return err
		},
	})
	return c
}
