// Package tool is what the programs that measure gatedrill have in common: how
// they begin and end, and sandboxes of their own. The commands beside
// cmd/gatedrill call it; it knows none of them.
package tool

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
)

// Main runs a program until it is done or interrupted, and ends the process.
func Main(name string, run func(ctx context.Context, args []string, out, log io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

// Program finds the light program, which enters sandboxes.
func Program(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return "", fmt.Errorf("find the program gatedrill: %w (make it with: make build)", err)
	}
	return path, nil
}

// Sandbox says where one is and what it is made of.
type Sandbox struct {
	Program  string // see Program
	Programs string // directory of the sandbox's own, which are not built
	Home     string
	Environ  []string
	CRDs     string // "" for the standard ones
}

// Backend makes it.
func (s Sandbox) Backend(now func() time.Time) *sandbox.Backend {
	return sandbox.New(sandbox.Options{
		Home: s.Home, Self: []string{s.Program, "sandbox"}, Environ: s.Environ, Now: now, CRDs: s.CRDs,
		Programs: programs.Source{Given: s.Programs, Envoy: filepath.Join(s.Programs, programs.EnvoyFile)},
	})
}
