package kubecontext

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/note"
)

// ErrForeign is returned for a namespace of a name that we need, and that
// gatedrill did not make: it is left alone.
var ErrForeign = errors.New("gatedrill did not make it, and leaves it alone")

// ownLabel is the value of fault.Label on what is no lab's.
const ownLabel = "system"

// record is what the data directory remembers of the cluster. It is written
// before anything is made in it, as is the survey of what was there.
type record struct {
	Up     bool      `json:"up"` // all that Up makes is there
	Made   time.Time `json:"made"`
	Direct bool      `json:"direct"`          // the gateway answers from here
	Names  bool      `json:"names,omitempty"` // workloads can have a resolver of ours
}

func (b *Backend) recordFile() string { return filepath.Join(b.dir, "cluster.json") }
func (b *Backend) beforeFile() string { return filepath.Join(b.dir, "before.json") }

// recorded reads the record; nil when nothing of ours is in the cluster.
func (b *Backend) recorded() (*record, error) {
	var r record
	found, err := read(b.recordFile(), &r)
	if !found || err != nil {
		return nil, err
	}
	return &r, nil
}

// before reads the survey from before the first Up.
func (b *Backend) before() (fault.Survey, error) {
	var s fault.Survey
	found, err := read(b.beforeFile(), &s)
	if err == nil && !found {
		err = fmt.Errorf("read what the cluster held before: %s: %w", b.beforeFile(), fs.ErrNotExist)
	}
	return s, err
}

func read(file string, v any) (found bool, err error) {
	if found, err = note.Read(file, v); err != nil {
		err = fmt.Errorf("read what is known of the cluster: %w (move it away)", err)
	}
	return found, err
}

func write(file string, v any) error {
	if err := note.Write(file, v); err != nil {
		return fmt.Errorf("note what is known of the cluster: %w", err)
	}
	return nil
}

// forget removes what the data directory holds of the cluster, and the copy of
// the person's credential with it.
func (b *Backend) forget() error {
	for _, f := range []string{b.recordFile(), b.beforeFile(), b.kubeconfig()} {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forget the cluster: %w", err)
		}
	}
	return nil
}

// lock keeps others of this data directory from bringing the cluster up or
// down meanwhile.
func (b *Backend) lock(ctx context.Context, say func(string)) (func(), error) {
	return cluster.Lock(ctx, b.dir, func() { say("another gatedrill that brings the cluster up or down") })
}

// ownNamespace makes gatedrill's own namespace, unless it is there. One that
// is just being deleted is waited for.
func (c *client) ownNamespace(ctx context.Context, say func(string)) (fresh bool, err error) {
	r := c.dynamic.Resource(core("namespaces"))
	for {
		o, err := r.Get(ctx, fault.Namespace, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			_, err = r.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{
					"name": fault.Namespace, "labels": map[string]any{fault.Label: ownLabel, "istio-injection": "disabled"},
				},
			}}, metav1.CreateOptions{})
			if apierrors.IsAlreadyExists(err) {
				continue
			}
			if err != nil {
				return false, fmt.Errorf("make namespace %s: %w", fault.Namespace, err)
			}
			return true, nil
		case err != nil:
			return false, fmt.Errorf("look for namespace %s: %w", fault.Namespace, c.orTrouble(err))
		case o.GetDeletionTimestamp() != nil:
			say("namespace " + fault.Namespace + " of before to be gone")
			if err := pause(ctx, 200*time.Millisecond); err != nil {
				return false, err
			}
		case !isOurs(o):
			return false, fmt.Errorf("namespace %s: %w", fault.Namespace, ErrForeign)
		default:
			return false, nil
		}
	}
}

// orTrouble names what keeps the server from being asked; what the server
// itself answers stays as it is.
func (c *client) orTrouble(err error) error {
	var said apierrors.APIStatus
	if errors.As(err, &said) && !apierrors.IsUnauthorized(err) {
		return err
	}
	return c.trouble(err)
}

// pause waits, or returns early with ctx's cause.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
