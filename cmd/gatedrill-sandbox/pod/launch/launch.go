// Package launch is the contract between the node and gatedrill-pod, the small
// program that becomes a container: one JSON order on file descriptor 3. It
// must not know Kubernetes, so that the helper stays small.
package launch

import (
	"encoding/json"
	"fmt"
	"os"
)

const (
	// Program is where gatedrill-pod is found in every container.
	Program = "/.gatedrill/pod"
	// Mark is the SO_MARK of a sidecar's own sockets, which its redirect rules
	// let pass. Istio's uid for the same purpose, 1337, is not mapped here.
	Mark = 1337
	// fd carries the order; 0, 1 and 2 belong to the program.
	fd = 3
)

// Mount is one file or folder of the node shown in a container.
type Mount struct {
	Host     string
	Pod      string
	ReadOnly bool
}

// Container orders `gatedrill-pod container`: build a root and become Argv.
type Container struct {
	Root     string // an empty folder of the node; becomes a tmpfs, then /
	Self     string // gatedrill-pod on the node
	Hostname string
	Resolv   string // the pod's resolv.conf on the node
	Argv     []string
	Env      []string
	Dir      string  // working directory; made when it is not there
	Files    []Mount // of the image, read-only
	Volumes  []Mount
	// WaitFor is an address ("host:port") that must accept a connection before
	// the program starts, for ten seconds at most; empty: start at once.
	WaitFor string
}

// Session orders `gatedrill-pod session`: run Argv among processes of its own
// and end them all when it ends.
type Session struct {
	Argv     []string
	Env      []string
	Dir      string
	Terminal bool // standard input is the terminal that is to control it
}

// Read takes the order from file descriptor 3.
func Read(order any) error {
	f := os.NewFile(fd, "order")
	defer f.Close()
	if err := json.NewDecoder(f).Decode(order); err != nil {
		return fmt.Errorf("read the order on descriptor %d: %w", fd, err)
	}
	return nil
}

// Pipe returns the read end to hand over as the first of exec.Cmd's ExtraFiles
// and a function that sends the order through it. An order is smaller than a
// pipe's buffer only by luck, so send after the process has started.
func Pipe(order any) (*os.File, func() error, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("pipe for an order: %w", err)
	}
	return r, func() error {
		defer w.Close()
		return json.NewEncoder(w).Encode(order)
	}, nil
}
