package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
)

// newSandbox makes the sandbox from the environment.
func newSandbox(e *env, crds, meshConfig string) (*sandbox.Backend, error) {
	o, err := sandboxOptions(e)
	if err != nil {
		return nil, err
	}
	o.CRDs, o.MeshConfig = crds, meshConfig
	return sandbox.New(o), nil
}

func sandboxOptions(e *env) (sandbox.Options, error) {
	exe, source, err := programSource(e)
	return sandbox.Options{
		Home: e.Home,
		Self: []string{exe, "sandbox"}, Programs: source,
		Environ: os.Environ(),
		Now:     e.Now,
	}, err
}

// programSource says where programs of ours may come from, and which file this
// program is.
func programSource(e *env) (exe string, s programs.Source, err error) {
	exe, err = os.Executable()
	if err != nil {
		return "", s, fmt.Errorf("find this program's own file: %w", err)
	}
	tree := e.Getenv("GATEDRILL_SOURCE")
	if tree == "" {
		tree = sourceTree(filepath.Dir(exe))
	}
	return exe, programs.Source{
		Dir: e.path("programs"), Cache: e.path("cache"),
		Given: e.Getenv("GATEDRILL_PROGRAMS"), Beside: filepath.Dir(exe),
		Tree: tree, Envoy: e.Getenv("GATEDRILL_ENVOY"), Releases: programs.OfficialReleases,
	}, nil
}

// sourceTree finds the checkout that a directory lies in, "" when in none.
func sourceTree(dir string) string {
	for {
		if _, err := os.Stat(filepath.Join(dir, "cmd", "gatedrill-sandbox", "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

func sandboxCommands(e *env) []*cobra.Command {
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "The cluster that labs run in: processes of your own, no root, no images",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(sandboxInstall(e), sandboxStart(e), sandboxStop(e), sandboxStatus(e), sandboxLogs(e), sandboxReset(e),
		sandboxShell(e), sandboxRun(e), sandboxProgram(e), sandboxEnter(e), sandboxProbe())
	return []*cobra.Command{c}
}

func sandboxInstall(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "install", Short: "Get the sandbox's programs and Envoy; start nothing", Args: cobra.NoArgs,
		RunE: inSandbox(e, func(ctx context.Context, b *sandbox.Backend) error {
			p := newProgressLine(e.Stderr)
			defer p.done()
			return b.Install(ctx, p.report)
		}),
	}
}

func sandboxStart(e *env) *cobra.Command {
	var crds, mesh string
	var asJSON bool
	c := &cobra.Command{
		Use: "start", Short: "Start the sandbox, or find it running", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			mesh, err := meshFile(mesh)
			if err != nil {
				return err
			}
			b, err := newSandbox(e, crds, mesh)
			if err != nil {
				return err
			}
			if _, err := e.up(c.Context(), b); err != nil {
				return err
			}
			return printStatus(c.Context(), e.Stdout, b, asJSON)
		},
	}
	oneOfFlag(e, c, &crds, "crds", "Gateway API definitions; standard if nothing else is said", "standard", "experimental")
	c.Flags().StringVar(&mesh, "mesh-config", "", "YAML `file` laid over Istio's mesh configuration")
	c.Flags().BoolVar(&asJSON, "json", false, "print the status as JSON")
	return c
}

func sandboxStop(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "stop", Short: "Stop the sandbox; what it holds is kept", Args: cobra.NoArgs,
		RunE: inSandbox(e, func(ctx context.Context, b *sandbox.Backend) error { return b.Down(ctx) }),
	}
}

func sandboxReset(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "reset", Short: "Stop the sandbox and drop everything it holds", Args: cobra.NoArgs,
		Long: "Stop the sandbox and drop everything it holds. The next start is from nothing.\nPrograms given to images and downloads are kept.",
		RunE: inSandbox(e, func(ctx context.Context, b *sandbox.Backend) error { return b.Reset(ctx) }),
	}
}

func sandboxStatus(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "status", Short: "Say how the sandbox is", Args: cobra.NoArgs,
		Long: "Say how the sandbox is. Exit code 0: ready; 1: off, starting or failed.",
	}
	asJSON := jsonFlag(c)
	c.RunE = inSandbox(e, func(ctx context.Context, b *sandbox.Backend) error { return printStatus(ctx, e.Stdout, b, *asJSON) })
	return c
}

func sandboxLogs(e *env) *cobra.Command {
	var follow bool
	c := &cobra.Command{
		Use: "logs", Short: "Print the sandbox's own log", Args: cobra.NoArgs,
		RunE: inSandbox(e, func(ctx context.Context, b *sandbox.Backend) error { return b.Logs(ctx, e.Stdout, follow) }),
	}
	c.Flags().BoolVarP(&follow, "follow", "f", false, "wait for more")
	return c
}

// inSandbox does something with the sandbox as it is.
func inSandbox(e *env, do func(context.Context, *sandbox.Backend) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, _ []string) error {
		b, err := newSandbox(e, "", "")
		if err != nil {
			return err
		}
		return do(c.Context(), b)
	}
}

// printStatus prints how the sandbox is; exit code 1 unless it is ready.
func printStatus(ctx context.Context, w io.Writer, b *sandbox.Backend, asJSON bool) error {
	s, err := b.Status(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(w, s)
	} else {
		err = statusText(w, s)
	}
	if err == nil && s.State != cluster.Ready {
		return fail(exitFailed, nil)
	}
	return err
}

func statusText(w io.Writer, s sandbox.Status) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { fmt.Fprintf(t, "%s\t%v\n", name, value) }
	row("sandbox", s.State)
	if s.Phase != "" && s.State == cluster.Starting {
		row("phase", s.Phase)
		row("waiting for", visible(s.Waiting))
	}
	if s.Error != "" {
		row("trouble", visible(s.Error))
	}
	if s.Next != "" {
		row("next", s.Next)
	}
	if s.Inside {
		row("process", "outside this shell, which runs in the sandbox")
	}
	if s.PID > 0 {
		row("process", s.PID)
		row("memory", fmt.Sprintf("%d MiB in %d processes", s.Anonymous>>20, s.Processes))
		row("definitions", s.CRDs)
	}
	if s.Outdated {
		row("outdated", "its programs were renewed since; restart it with: gatedrill sandbox stop && gatedrill sandbox start")
	}
	for _, p := range s.Phases {
		row("  "+p.Name, (time.Duration(p.MS) * time.Millisecond).String())
	}
	if s.Kubeconfig != "" {
		row("kubeconfig", s.Kubeconfig)
		row("way in", "curl --proxy socks5h://localhost"+s.DialSocket+" …")
	}
	if len(s.Missing) > 0 {
		row("programs missing", fmt.Sprint(s.Missing)+" (get them with: gatedrill sandbox install)")
	}
	return t.Flush()
}
