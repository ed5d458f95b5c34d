package kind

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	kindcluster "sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
)

// ErrForeign is returned for a cluster of the wanted name that gatedrill did
// not make: it is neither changed nor deleted.
var ErrForeign = errors.New("gatedrill did not make it, and leaves it alone")

// stage is how far the making of the cluster got.
type stage string

const (
	creating stage = "creating" // kind may have begun
	created  stage = "created"  // kind has finished, and the node bears our mark
	complete stage = "complete" // Istio is in
)

// record is what the data directory remembers of the cluster. It is written
// before anything is made, so that what a killed program left is known.
type record struct {
	ID       string    `json:"id"` // random; the node bears it in markFile
	Stage    stage     `json:"stage"`
	Made     time.Time `json:"made"`
	Settings Settings  `json:"settings"`
	Engine   string    `json:"engine"`
}

// markFile is where the node bears the record's id.
const markFile = "/kind/gatedrill-owner"

func (b *Backend) recordFile() string { return filepath.Join(b.dir, "cluster.json") }

// recorded reads the record; nil when there is none.
func (b *Backend) recorded() (*record, error) {
	text, err := os.ReadFile(b.recordFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what is known of the kind cluster: %w", err)
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read what is known of the kind cluster: %s: %w", b.recordFile(), err)
	}
	return &r, nil
}

// write replaces the record as a whole.
func (b *Backend) write(r record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.MkdirAll(b.dir, 0o700)
	}
	tmp := b.recordFile() + ".new"
	if err == nil {
		err = os.WriteFile(tmp, append(text, '\n'), 0o600)
	}
	if err == nil {
		err = os.Rename(tmp, b.recordFile())
	}
	if err != nil {
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
	for _, f := range []string{b.kubeconfig(), b.recordFile()} {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forget the kind cluster: %w", err)
		}
	}
	return nil
}

// nodes returns the cluster's nodes; none when there is no such cluster.
func (b *Backend) nodes(p *kindcluster.Provider) ([]nodes.Node, error) {
	list, err := p.ListNodes(b.set.Name)
	if err != nil {
		return nil, fmt.Errorf("list the nodes of kind cluster %s: %w%s", b.set.Name, err, outputOf(err))
	}
	slices.SortFunc(list, func(a, b nodes.Node) int { return strings.Compare(a.String(), b.String()) })
	return list, nil
}

// mark lets the node bear the record's id.
func mark(n nodes.Node, id string) error {
	if err := nodeutils.WriteFile(n, markFile, id); err != nil {
		return fmt.Errorf("mark node %s: %w", n, err)
	}
	return nil
}

func (b *Backend) foreign() error {
	return fmt.Errorf("a kind cluster called %s is there: %w; give ours another name (gatedrill cluster use kind --name NAME)", b.set.Name, ErrForeign)
}

func newID() string { return rand.Text() }
