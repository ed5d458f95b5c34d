//go:build !linux

package sandbox

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// errElsewhere is the answer of every system whose kernel is not Linux.
var errElsewhere = errors.New("the sandbox needs Linux; on " + runtime.GOOS + " labs run on a kind cluster, cards run everywhere")

// Up says that the sandbox needs Linux.
func (b *Backend) Up(context.Context, func(cluster.Progress)) (*cluster.Handle, error) {
	return nil, errElsewhere
}

// Install says that the sandbox needs Linux.
func (b *Backend) Install(context.Context, func(cluster.Progress)) error { return errElsewhere }

// Attach finds nothing running.
func (b *Backend) Attach(context.Context) (*cluster.Handle, error) { return nil, cluster.ErrNotRunning }

// Down has nothing to end.
func (b *Backend) Down(context.Context) error { return nil }

// Reset has nothing to drop.
func (b *Backend) Reset(context.Context) error { return nil }

// Status says that the sandbox needs Linux.
func (b *Backend) Status(context.Context) (Status, error) {
	return Status{State: cluster.Off, Error: errElsewhere.Error(), Dir: b.dir}, nil
}

// Logs says that the sandbox needs Linux.
func (b *Backend) Logs(context.Context, io.Writer, bool) error { return errElsewhere }

// Enter says that the sandbox needs Linux.
func Enter(context.Context, EnterRequest, *os.File, *os.File, *os.File) (int, error) {
	return 0, errElsewhere
}

// Probe fails: there are no namespaces here.
func Probe(*os.File) int { return 1 }

// Preflight names the system.
func Preflight(context.Context, []string) []Problem {
	return []Problem{{Setting: "operating system " + runtime.GOOS, What: "it has no Linux namespaces", Fix: "run labs on a kind cluster"}}
}
