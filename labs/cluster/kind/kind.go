// Package kind is the backend that runs labs in a kind cluster of our own:
// Kubernetes in a container, Istio from the manifests that the sandbox
// installs too, workloads from an image made in memory. It is the way on
// macOS and Windows, and runs any image.
//
// It never touches a cluster that it did not make, nor the kubeconfig of the
// person; see own.go. What is specific to container engines is kind's.
package kind

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster/install"
)

// NodeImage is the node that labs are proved with: the Kubernetes of the
// sandbox, from kind's own release, by digest.
const NodeImage = "kindest/node:v1.36.1@sha256:3489c7674813ba5d8b1a9977baea8a6e553784dab7b84759d1014dbd78f7ebd5"

// DefaultName is what the cluster is called unless it is said otherwise.
const DefaultName = "gatedrill"

// Settings say what the cluster is made of. Empty fields have defaults; they
// are what the public images need.
type Settings struct {
	Name       string   `json:"name,omitempty"`       // of the cluster; DefaultName
	NodeImage  string   `json:"nodeImage,omitempty"`  // NodeImage
	Hub        string   `json:"hub,omitempty"`        // of Istio's images
	Tag        string   `json:"tag,omitempty"`        // of Istio's images
	StockEnvoy bool     `json:"stockEnvoy,omitempty"` // Istio's images hold an Envoy without Istio's own filters
	Config     string   `json:"config,omitempty"`     // file with a kind cluster configuration
	Archives   []string `json:"archives,omitempty"`   // image archives to load into the node
	Engine     string   `json:"engine,omitempty"`     // docker, podman or nerdctl; the first that answers
}

// Filled returns the settings with the defaults in.
func (s Settings) Filled() Settings {
	for field, def := range map[*string]string{
		&s.Name: DefaultName, &s.NodeImage: NodeImage, &s.Hub: install.ReleaseHub, &s.Tag: install.ReleaseTag,
	} {
		if *field == "" {
			*field = def
		}
	}
	return s
}

// names are what clusters may be called: kind's own rule, and short enough for
// a host's name with kind's ending.
var names = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,48}$`)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	if s.Name != "" && (!names.MatchString(s.Name) || strings.Contains(s.Name, "..")) {
		return fmt.Errorf("name %q of a kind cluster: want at most 49 of a-z, 0-9, - and ., a letter or digit first", s.Name)
	}
	if s.Engine != "" && !slices.Contains(Engines(), s.Engine) {
		return fmt.Errorf("container engine %q: want docker, nerdctl or podman", s.Engine)
	}
	return nil
}

// ReadSettings reads a file of settings as JSON. Paths in it are relative to
// the file.
func ReadSettings(file string) (Settings, error) {
	var s Settings
	text, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("read kind settings: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("read kind settings: %s: %w", file, err)
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return s, fmt.Errorf("read kind settings: %w", err)
	}
	within := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	within(&s.Config)
	for i := range s.Archives {
		within(&s.Archives[i])
	}
	return s, nil
}

// profile is what is installed into the cluster.
func (s Settings) profile() install.Profile {
	if s.StockEnvoy {
		return install.StockEnvoy(s.Hub, s.Tag).Quick()
	}
	return install.Release(s.Hub, s.Tag).Quick()
}

// Options make a Backend. Nothing in this package reads the environment.
type Options struct {
	Home     string   // the data directory
	Self     []string // this program
	Environ  []string // what the learner's shell inherits from
	Settings Settings
	Indirect bool // reach all addresses through the node, as where this machine has no way to them
	Keep     bool // leave a cluster that could not be made as it is, to be looked at
	// App gets the program of the labs' workloads, built for linux and an
	// architecture as Go calls it.
	App func(ctx context.Context, arch string) ([]byte, error)
	// Tools are directories that may hold kubectl and istioctl of the labs' own
	// versions; they go before PATH.
	Tools []string
	Now   func() time.Time
}

// Backend is the kind cluster of one data directory.
type Backend struct {
	o   Options
	set Settings
	dir string

	mu  sync.Mutex
	way *way // once attached
}

// New returns the kind cluster of a data directory. It touches nothing.
func New(o Options) *Backend {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := o.Settings.Filled()
	return &Backend{o: o, set: s, dir: filepath.Join(o.Home, "kind", s.Name)}
}

// Name is how the learner calls it.
func (b *Backend) Name() string {
	if b.set.Name == DefaultName {
		return "kind cluster"
	}
	return "kind cluster " + b.set.Name
}

func (b *Backend) kubeconfig() string { return filepath.Join(b.dir, "kubeconfig") }
