// Package quiet keeps standard output clean while packages initialise.
//
// Istio's env package warns on standard output when two components register
// the same variable with different words, which pilot-agent, pilot-discovery
// and istioctl do once they are linked together. That would spoil
// `istioctl ... -o yaml`. Go initialises packages that are ready in the order
// of their import paths, and this one sorts before istio.io/..., so it comes
// first. It is the one package here that may have an init function.
package quiet

import (
	"os"

	"golang.org/x/sys/unix"
)

var saved = -1

// Standard output becomes standard error until Restore, or /dev/null for
// istioctl, whose users should not read about variables of istiod.
func init() {
	fd, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return
	}
	to := 2
	if Program(os.Args) == "istioctl" {
		if null, err := unix.Open(os.DevNull, unix.O_WRONLY|unix.O_CLOEXEC, 0); err == nil {
			to = null
			defer unix.Close(null)
		}
	}
	if unix.Dup3(to, 1, 0) == nil {
		saved = fd
	}
}

// Restore gives standard output back. main calls it first.
func Restore() {
	if saved < 0 {
		return
	}
	_ = unix.Dup3(saved, 1, 0)
	_ = unix.Close(saved)
	saved = -1
}
