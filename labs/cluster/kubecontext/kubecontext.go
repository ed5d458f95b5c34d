// Package kubecontext is the backend that runs labs in a cluster the person
// has already: one named by a context of their kubeconfig, with an Istio that
// is there. The cluster is other people's too. So everything made in it bears
// fault.Label and lies in namespaces that gatedrill made, nothing else is
// touched, and Down proves that by comparing a survey from before the first Up
// with one from after.
//
// The person's kubeconfig is only read. A Lease in the cluster says who uses
// it; a pod, the relay, is the way in where addresses have none from here.
package kubecontext

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/workload"
)

const (
	istioSystem    = "istio-system"
	ingressService = "istio-ingressgateway"
	istiod         = "istiod"
)

// Settings say which cluster, and what was agreed on when it was chosen.
type Settings struct {
	Context    string   `json:"context"`
	Kubeconfig []string `json:"kubeconfig"`          // the person's files, as KUBECONFIG lists them
	Image      string   `json:"image,omitempty"`     // of the workloads; workload.Image
	MeshAdmin  bool     `json:"meshAdmin,omitempty"` // labs may write to istio-system
	// Identity tells the cluster that was agreed to from another one that the
	// context may lead to later.
	Identity string `json:"identity"`
}

// Options make a Backend. Nothing in this package reads the environment.
type Options struct {
	Home     string   // the data directory
	Self     []string // this program
	Environ  []string // what credential plugins and the learner's shell inherit
	Settings Settings
	User     string                // user@host, for the Lease
	Tools    []string              // directories that may hold kubectl and istioctl, besides PATH
	Labs     func() labs.Footprint // where labs put things; asked when it is needed
	Now      func() time.Time
	// Unattended says that nobody waits for an answer: no credential plugin is
	// run, which may ask for a password.
	Unattended bool
	within     time.Duration // for tests: instead of answerWithin
}

// Backend is one context of one data directory.
type Backend struct {
	o    Options
	set  Settings
	dir  string
	labs func() labs.Footprint

	attaching sync.Mutex // one handle is made at a time

	mu     sync.Mutex
	handle *cluster.Handle // once attached
	keep   *keeper         // what runs for the handle
	lost   error           // why the handle's Lease is another's
	note   string          // what the last Up has to say
	client *client         // made once; its credential lives as long as it
}

// New returns the backend of a context. It touches nothing.
func New(o Options) *Backend {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.within == 0 {
		o.within = answerWithin
	}
	s := o.Settings
	if s.Image == "" {
		s.Image = workload.Image
	}
	return &Backend{o: o, set: s, dir: filepath.Join(o.Home, "context", fileName(s.Context)), labs: sync.OnceValue(o.Labs)}
}

// InCluster says whether something of this data directory is in the cluster.
func (b *Backend) InCluster() (bool, error) {
	r, err := b.recorded()
	return r != nil, err
}

// Name is how the learner calls it.
func (b *Backend) Name() string {
	if b.set.Context == "" {
		return "context"
	}
	return "context " + b.set.Context
}

func (b *Backend) kubeconfig() string { return filepath.Join(b.dir, "kubeconfig") }

// scope are the namespaces that labs may write to.
func (b *Backend) scope() []string {
	own := b.labs().Namespaces
	if b.set.MeshAdmin {
		return append(append([]string{}, own...), istioSystem)
	}
	return own
}

// fileName makes a directory's name of a context's: those of clouds hold
// slashes and colons.
func fileName(context string) string {
	var b strings.Builder
	for i := range len(context) {
		c := context[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' && i > 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
