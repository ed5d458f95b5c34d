// Package cluster says what labs need of the place they run in: a Backend
// brings a cluster up and down, a Handle is the way into it. It holds no
// backend: those are the packages below it, and nothing but cmd knows which
// of them is in use.
package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"time"

	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs"
)

// ErrNotRunning is returned by Attach when there is no cluster to attach to.
var ErrNotRunning = errors.New("no cluster is running")

// ErrEnded is the ErrNotRunning of a cluster that was running and that nobody
// stopped.
var ErrEnded = fmt.Errorf("%w: it ended without being stopped", ErrNotRunning)

// ErrNoAnswer is ErrNotRunning of a cluster that ended while it was asked, or
// that hangs.
var ErrNoAnswer = fmt.Errorf("%w, or it does not answer", ErrNotRunning)

// ErrTaken is returned where somebody else uses the cluster.
var ErrTaken = errors.New("somebody else uses the cluster")

// Progress is one report of a backend at work.
type Progress struct {
	Phase   string        `json:"phase"`             // "api", "node", "istiod", "gateway", "ready", "build", "download"
	Waiting string        `json:"waiting,omitempty"` // what is waited for, by name
	Done    int64         `json:"done,omitempty"`
	Total   int64         `json:"total,omitempty"` // of Done, in the phase's own unit; 0 = not known
	Elapsed time.Duration `json:"elapsed"`
}

// Backend brings one kind of cluster up and down.
type Backend interface {
	Name() string
	// Up makes the cluster run, or finds it running, and returns when a
	// gateway can be configured. It reports progress; cancelling ctx undoes
	// what was begun.
	Up(ctx context.Context, report func(Progress)) (*Handle, error)
	// Attach returns the handle of a running cluster, or ErrNotRunning, which
	// is ErrEnded when nobody stopped it.
	Attach(ctx context.Context) (*Handle, error)
	// Down ends the cluster.
	Down(ctx context.Context) error
	// Reset ends the cluster and drops everything it holds: the next Up is
	// from nothing.
	Reset(ctx context.Context) error
	// State says how the cluster is, and changes nothing.
	State(ctx context.Context) State
	// Close ends what this program does for the cluster while it has a
	// handle; the cluster stays.
	Close()
}

// State is how a cluster is.
type State struct {
	Name       string `json:"name"`                 // as shown to the learner
	State      string `json:"state"`                // one of the states below
	Detail     string `json:"detail,omitempty"`     // what there is to know, one line
	Next       string `json:"next,omitempty"`       // what to do about it
	Kubeconfig string `json:"kubeconfig,omitempty"` // of a cluster that is ready
}

// The states of a cluster.
const (
	Off      = "off"
	Starting = "starting"
	Ready    = "ready"
	Failed   = "failed"  // it is there, or was, and does not work
	Foreign  = "foreign" // one of its name is there that is not ours
)

// DialFunc opens a connection as seen from outside the cluster. Names are
// resolved by the cluster's DNS.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// Handle is the way into a running cluster.
type Handle struct {
	Name         string       // as shown to the learner: "sandbox"
	REST         *rest.Config // reaches the API from here
	Kubeconfig   string       // a file for kubectl in the learner's shell
	Dial         DialFunc     // into the cluster's network
	Capabilities []labs.Capability
	// Scope names the namespaces that are ours, where the rest of the cluster
	// is other people's; nil where the whole cluster is ours.
	Scope []string
	// Namespace is the one that the person's kubeconfig names, "" when none:
	// where their rights may end.
	Namespace string
	// Images says what runs in place of the images that manifests name.
	Images map[string]string
	// Shell makes the command of a learner's shell, with KUBECONFIG and the
	// lab's variables set, ready to be run on a terminal.
	Shell func(ctx context.Context, s Shell) (*exec.Cmd, error)
	// Names tells the learner's tools of a public zone that changed; nil where
	// the backend's resolver serves the zone by itself.
	Names func(ctx context.Context, zone map[string][]string) error
	// Resolver says that the cluster's own DNS does not know the public zone:
	// workloads need a server that does.
	Resolver bool
	// Egress installs istio-egressgateway, unless it is there, and returns
	// when it is ready; nil where that is not ours to do.
	Egress func(ctx context.Context) error
}

// Same says whether two handles lead to one cluster: one that was made anew
// has another certificate, and mostly another address.
func (h *Handle) Same(o *Handle) bool {
	return h.REST.Host == o.REST.Host && bytes.Equal(h.REST.CAData, o.REST.CAData)
}

// Has says whether the cluster offers a capability.
func (h *Handle) Has(c labs.Capability) bool {
	for _, x := range h.Capabilities {
		if x == c {
			return true
		}
	}
	return false
}

// Cmd is a command ready to be run; an alias, so that packages that only hand
// it on need not know how processes are started.
type Cmd = exec.Cmd

// Shell is what a learner's shell should be given.
type Shell struct {
	Prompt  string            // names the lab: "gatedrill shop-is-gone"
	Env     map[string]string // GATEWAY_IP; GATEWAY_80 and GATEWAY_443 (IP:port, or where a backend has it answer); …
	Command []string          // run this instead of an interactive shell
	Dir     string            // working directory; holds the lab's CA files
}
