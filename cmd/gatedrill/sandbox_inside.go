package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
)

func sandboxShell(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "shell", Short: "Open a shell inside the sandbox", Args: cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return e.useFor(backendSandbox) },
		RunE:    func(c *cobra.Command, _ []string) error { return runInside(c, e, nil) },
	}
}

func sandboxRun(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "run -- COMMAND [ARGS…]", Short: "Run a command inside the sandbox", Args: cobra.MinimumNArgs(1),
		Example: "  gatedrill sandbox run -- kubectl get pods -A\n  gatedrill sandbox run -- istioctl proxy-status",
		PreRunE: func(*cobra.Command, []string) error { return e.useFor(backendSandbox) },
		RunE:    func(c *cobra.Command, args []string) error { return runInside(c, e, args) },
	}
}

// runInside runs a command, or a shell, and passes its exit code on.
func runInside(c *cobra.Command, e *env, command []string) error {
	h, err := e.attach(c.Context())
	if err != nil {
		return err
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	cmd, err := h.Shell(c.Context(), cluster.Shell{Command: command, Dir: dir})
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.Stdin, e.Stdout, e.Stderr
	return exitOf(cmd.Run())
}

// exitOf turns a command's exit code into ours, without words.
func exitOf(err error) error {
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() > 0 {
		return fail(exit.ExitCode(), nil)
	}
	return err
}

// sandboxEnter is the other half of a learner's shell: see Backend.Shell.
func sandboxEnter(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "enter", Hidden: true, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var req sandbox.EnterRequest
			if err := json.Unmarshal([]byte(e.Getenv(sandbox.EnterVariable)), &req); err != nil {
				return usagef("%s is not set to a request: use gatedrill sandbox shell", sandbox.EnterVariable)
			}
			code, err := sandbox.Enter(c.Context(), req, os.Stdin, os.Stdout, os.Stderr)
			if err == nil && code != 0 {
				return fail(code, nil)
			}
			return err
		},
	}
}

// sandboxProbe runs inside the trial namespaces of the preflight.
func sandboxProbe() *cobra.Command {
	return &cobra.Command{
		Use: "probe", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if code := sandbox.Probe(os.Stdout); code != 0 {
				return fail(code, nil)
			}
			return nil
		},
	}
}

func sandboxProgram(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "program", Short: "Give images programs, so that your own pods run", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(programAdd(e), programList(e), programRemove(e))
	return c
}

func programAdd(e *env) *cobra.Command {
	var files []string
	c := &cobra.Command{
		Use: "add IMAGE=PATH [ARGS…]", Short: "Run PATH for containers of IMAGE", Args: cobra.MinimumNArgs(1),
		Example: "  gatedrill sandbox program add example.com/echo:v1=./echo --file ./page.html:/srv/page.html -- -port 8080",
		RunE: func(_ *cobra.Command, args []string) error {
			image, path, ok := strings.Cut(args[0], "=")
			if !ok || image == "" || path == "" {
				return usagef("%q: want IMAGE=PATH", args[0])
			}
			p := sandbox.OwnProgram{Args: args[1:]}
			var err error
			if p.Path, err = filepath.Abs(path); err != nil {
				return err
			}
			for _, f := range files {
				host, pod, ok := strings.Cut(f, ":")
				if !ok {
					return usagef("--file %q: want HOST:POD", f)
				}
				if host, err = filepath.Abs(host); err != nil {
					return err
				}
				p.Files = append(p.Files, sandbox.PodFile{Host: host, Pod: pod})
			}
			b, err := newSandbox(e, "", "")
			if err != nil {
				return err
			}
			return b.AddProgram(image, p)
		},
	}
	c.Flags().StringArrayVar(&files, "file", nil, "a file of this system shown in the pod, as HOST:POD; may be repeated")
	return c
}

func programList(e *env) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List the programs given to images", Args: cobra.NoArgs}
	asJSON := jsonFlag(c)
	c.RunE = inSandbox(e, func(_ context.Context, b *sandbox.Backend) error {
		rows, err := b.OwnPrograms()
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(e.Stdout, rows)
		}
		t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
		for _, image := range slices.Sorted(maps.Keys(rows)) {
			fmt.Fprintf(t, "%s\t%s\t%s\n", image, rows[image].Path, strings.Join(rows[image].Args, " "))
		}
		return t.Flush()
	})
	return c
}

func programRemove(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "remove IMAGE", Short: "Take an image's program away", Args: cobra.ExactArgs(1), ValidArgsFunction: offer(e, ownImages),
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := newSandbox(e, "", "")
			if err != nil {
				return err
			}
			if err := b.RemoveProgram(args[0]); errors.Is(err, sandbox.ErrNoProgram) {
				return fail(exitUsage, err)
			} else if err != nil {
				return err
			}
			return nil
		},
	}
}
