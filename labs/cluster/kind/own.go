package kind

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs/note"
)

// ErrForeign is returned for a cluster of the wanted name that gatedrill did
// not make: it is neither changed nor deleted.
var ErrForeign = errors.New("gatedrill did not make it, and leaves it alone")

// stage is how far the making of the cluster got.
type stage string

const (
	creating stage = "creating" // kind may have begun
	created  stage = "created"  // kind has finished
	complete stage = "complete" // Istio is in
)

// record is what the data directory remembers of the cluster. It is written
// before anything is made, so that what a killed program left is known.
type record struct {
	ID       string    `json:"id"` // random, new for each cluster
	Stage    stage     `json:"stage"`
	Made     time.Time `json:"made"`
	Settings Settings  `json:"settings"`
	Engine   string    `json:"engine"`
	EngineID string    `json:"engineID,omitempty"`
}

func (b *Backend) recordFile() string { return filepath.Join(b.dir, "cluster.json") }

// ownerFile is mounted into our nodes. So a node says from its first moment
// whose it is: that of the data directory that its mount comes from.
func (b *Backend) ownerFile() string { return filepath.Join(b.dir, "owner") }

// ownerMount is where the node has it.
const ownerMount = "/kind/gatedrill-owner"

// ours says whether all nodes are of this data directory. Engines in a VM put
// the path below one of theirs.
func (b *Backend) ours(list []container) bool {
	return !slices.ContainsFunc(list, func(c container) bool {
		for _, m := range c.Mounts {
			if m.Destination == ownerMount && strings.HasSuffix(filepath.ToSlash(m.Source), filepath.ToSlash(b.ownerFile())) {
				return false
			}
		}
		return true
	})
}

// deleteOurs deletes the cluster's nodes, if they are ours, and makes sure
// that none is left.
func (b *Backend) deleteOurs(ctx context.Context, e engine) error {
	list, err := e.nodes(ctx, b.set.Name)
	if err != nil {
		return err
	}
	if !b.ours(list) {
		return b.foreign()
	}
	if err := e.remove(ctx, list); err != nil {
		return fmt.Errorf("delete kind cluster %s: %w", b.set.Name, err)
	}
	if list, err = e.nodes(ctx, b.set.Name); err == nil && len(list) > 0 {
		err = fmt.Errorf("delete kind cluster %s: node %s is still there", b.set.Name, list[0].Name)
	}
	return err
}

// config is the cluster's configuration: the person's, or kind's default, with
// our mark in it.
func (b *Backend) config() (*v1alpha4.Cluster, error) {
	c := &v1alpha4.Cluster{}
	if b.set.Config != "" {
		text, err := os.ReadFile(b.set.Config)
		if err != nil {
			return nil, fmt.Errorf("read the cluster configuration: %w", err)
		}
		if err := yaml.UnmarshalStrict(text, c); err != nil {
			return nil, fmt.Errorf("read the cluster configuration: %s: %w", b.set.Config, err)
		}
	}
	if len(c.Nodes) == 0 {
		c.Nodes = []v1alpha4.Node{{Role: v1alpha4.ControlPlaneRole}}
	}
	if len(c.Nodes) > 1 {
		return nil, fmt.Errorf("cluster configuration %s: it has %d nodes, and labs are for one", b.set.Config, len(c.Nodes))
	}
	n := &c.Nodes[0]
	n.ExtraMounts = append(n.ExtraMounts, v1alpha4.Mount{HostPath: b.ownerFile(), ContainerPath: ownerMount, Readonly: true})
	v1alpha4.SetDefaultsCluster(c)
	return c, nil
}

// recorded reads the record; nil when there is none.
func (b *Backend) recorded() (*record, error) {
	var r record
	found, err := note.Read(b.recordFile(), &r)
	if err != nil {
		return nil, fmt.Errorf("read what is known of the kind cluster: %w", err)
	}
	if !found {
		return nil, nil
	}
	return &r, nil
}

// write replaces the record.
func (b *Backend) write(r record) error {
	if err := note.Write(b.recordFile(), r); err != nil {
		return fmt.Errorf("note the kind cluster: %w", err)
	}
	return nil
}

// reached notes how far the making of the cluster got.
func (b *Backend) reached(s stage) error {
	r, err := b.recorded()
	if err != nil || r == nil || r.Stage == s {
		return err
	}
	r.Stage = s
	return b.write(*r)
}

// forget removes what the data directory holds of the cluster.
func (b *Backend) forget() error {
	if err := b.dropKubeconfig(); err != nil {
		return err
	}
	return remove(b.recordFile())
}

// dropKubeconfig removes our kubeconfig, and the lock that a kind that was
// killed leaves beside it. We hold a lock of our own.
func (b *Backend) dropKubeconfig() error {
	return errors.Join(remove(b.kubeconfig()), remove(b.kubeconfig()+".lock"))
}

func remove(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget the kind cluster: %w", err)
	}
	return nil
}

func (b *Backend) foreign() error {
	return fmt.Errorf("a kind cluster called %s is there: %w; give ours another name (gatedrill cluster use kind --name NAME)", b.set.Name, ErrForeign)
}

func newID() string { return rand.Text() }
