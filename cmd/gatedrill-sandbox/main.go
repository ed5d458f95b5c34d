//go:build linux

// Command gatedrill-sandbox runs a Kubernetes cluster with Istio as plain
// processes: no root, no container runtime, no images.
//
//	gatedrill-sandbox daemon --dir D --programs P   the sandbox itself, as pid 1
//	                                                of namespaces of its own
//	gatedrill-sandbox up     --dir D --programs P   makes the namespaces first
//
// The program gatedrill starts the daemon; `up` is for working on the sandbox.
// Messages go to standard error, which is the daemon's log.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/daemon"
	"github.com/gatedrill/gatedrill/labs/cluster/install"
)

const usage = "usage: gatedrill-sandbox daemon|up --dir FOLDER --programs FOLDER [--crds standard|experimental] [--mesh-config FILE] [--no-mesh]"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gatedrill-sandbox:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	switch args[0] {
	case "daemon":
		c, err := options(args[1:])
		if err != nil {
			return err
		}
		return daemon.Run(ctx, c)
	case "up":
		if _, err := options(args[1:]); err != nil { // named here, not in the log
			return err
		}
		return up(ctx, args[1:])
	default:
		return fmt.Errorf("no command %q; %s", args[0], usage)
	}
}

func options(args []string) (daemon.Config, error) {
	c := daemon.Config{Env: os.Environ(), Now: time.Now}
	var mesh string
	f := flag.NewFlagSet("gatedrill-sandbox", flag.ContinueOnError)
	f.StringVar(&c.Dir, "dir", "", "folder of the sandbox's data")
	f.StringVar(&c.Programs, "programs", "", "folder of the sandbox's programs")
	f.StringVar(&c.CRDs, "crds", install.Standard, "channel of the Gateway API: standard or experimental")
	f.StringVar(&mesh, "mesh-config", "", "file of Istio mesh settings, laid over the sandbox's own")
	f.BoolVar(&c.NoMesh, "no-mesh", false, "a plain Kubernetes, without Istio")
	if err := f.Parse(args); err != nil {
		return c, err
	}
	if c.Dir == "" || c.Programs == "" || f.NArg() > 0 {
		return c, errors.New(usage)
	}
	if c.CRDs != install.Standard && c.CRDs != install.Experimental {
		return c, fmt.Errorf("--crds %q: want %s or %s", c.CRDs, install.Standard, install.Experimental)
	}
	var err error
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return c, err
	}
	if c.Programs, err = filepath.Abs(c.Programs); err != nil {
		return c, err
	}
	if mesh != "" {
		if c.MeshConfig, err = os.ReadFile(mesh); err != nil {
			return c, fmt.Errorf("read the mesh settings: %w", err)
		}
	}
	return c, nil
}
