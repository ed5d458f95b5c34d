// Package sandbox is the backend that runs a whole cluster as plain processes
// in namespaces of its own: no Docker, no images, no root. It gets the
// programs, starts the daemon, watches it get ready and hands out the way in.
// What happens inside is the daemon's business (the heavy module); the two
// meet in files and sockets of one directory, see layout.
package sandbox

import (
	"path/filepath"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
)

// Options make a Backend. Nothing in this package reads the environment.
type Options struct {
	Home string // the data directory
	// Self starts this program's `sandbox` command: {"/path/gatedrill", "sandbox"}.
	// Its hidden sub-commands `enter` and `probe` call Enter and Probe.
	Self     []string
	Programs programs.Source // Dir and Cache may be empty
	Environ  []string        // what the learner's shell inherits from
	// CRDs is "standard", also when empty, or "experimental"; MeshConfig is
	// a file laid over the mesh configuration. Both are for the next start.
	CRDs       string
	MeshConfig string
	Now        func() time.Time
}

// Backend is the sandbox of one data directory.
type Backend struct {
	o Options
	layout
}

// New returns the sandbox of a data directory. It touches nothing.
func New(o Options) *Backend {
	l := layout{dir: filepath.Join(o.Home, "sandbox")}
	if o.Programs.Dir == "" {
		o.Programs.Dir = filepath.Join(o.Home, "programs")
	}
	if o.Programs.Cache == "" {
		o.Programs.Cache = filepath.Join(o.Home, "cache")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Backend{o: o, layout: l}
}

// Name is how the learner calls it.
func (b *Backend) Name() string { return "sandbox" }

// layout is where the daemon and this package meet.
type layout struct{ dir string }

func (l layout) run(name string) string { return filepath.Join(l.dir, "run", name) }

// The sockets: bytes to the API server; SOCKS5 and HTTP CONNECT to anywhere
// inside; programs in the node's namespaces.
func (l layout) apiSocket() string   { return l.run("api.sock") }
func (l layout) dialSocket() string  { return l.run("dial.sock") }
func (l layout) shellSocket() string { return l.run("shell.sock") }

func (l layout) kubeconfig() string { return l.run("kubeconfig") }
func (l layout) statusFile() string { return l.run("status.json") }
func (l layout) logFile() string    { return l.run("daemon.log") }

// stopFile says which daemon was told to end.
func (l layout) stopFile() string { return l.run("stopped") }

// recordFile says which process the daemon is, see record.
func (l layout) recordFile() string { return l.run("daemon.json") }

// lockFile is locked by whoever starts the daemon, and then by the daemon,
// which inherits the lock: it is free exactly when nothing runs. It lies
// outside the run directory, which a reset removes.
func (l layout) lockFile() string { return filepath.Join(l.dir, "start.lock") }

// ownPrograms holds the programs that people gave to images.
func (l layout) ownPrograms() string { return filepath.Join(l.dir, "programs.json") }
