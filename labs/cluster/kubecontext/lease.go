package kubecontext

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
)

const (
	leaseName = "gatedrill"
	// leaseLasts is how long a Lease holds that nobody renews; it is renewed
	// every leaseEvery.
	leaseLasts = 10 * time.Minute
	leaseEvery = 2 * time.Minute
	// microTime is the format of a Lease's times.
	microTime = "2006-01-02T15:04:05.000000Z07:00"
)

// lease says who uses the cluster.
type lease struct {
	client dynamic.Interface
	user   string // user@host
	id     string // of the data directory, whatever process it is
	now    func() time.Time
}

// holder is who a Lease names.
type holder struct {
	user, id       string
	since, renewed time.Time
}

func (l *lease) resource() dynamic.ResourceInterface {
	gvr := schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}
	return l.client.Resource(gvr).Namespace(fault.Namespace)
}

// read returns the Lease and who it names; nil when there is none.
func (l *lease) read(ctx context.Context) (*unstructured.Unstructured, holder, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	o, err := l.resource().Get(ctx, leaseName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, holder{}, nil
	}
	if err != nil {
		return nil, holder{}, fmt.Errorf("ask who uses the cluster: %w", err)
	}
	var h holder
	text, _, _ := unstructured.NestedString(o.Object, "spec", "holderIdentity")
	if i := strings.LastIndex(text, "/"); i >= 0 {
		h.user, h.id = text[:i], text[i+1:]
	}
	for field, t := range map[string]*time.Time{"acquireTime": &h.since, "renewTime": &h.renewed} {
		text, _, _ := unstructured.NestedString(o.Object, "spec", field)
		*t, _ = time.Parse(time.RFC3339Nano, text) // one without a time has run out
	}
	return o, h, nil
}

// hold takes or renews the Lease. One that somebody else holds is an error,
// unless it ran out and over allows to take it over; then from says from whom.
func (l *lease) hold(ctx context.Context, over bool) (from string, err error) {
	for range 3 {
		o, h, err := l.read(ctx)
		if err != nil {
			return "", err
		}
		expired := l.now().Sub(h.renewed) > leaseLasts
		switch {
		case o == nil:
			err = l.create(ctx)
		case h.id == l.id:
			err = l.write(ctx, o, h.since)
		case !expired:
			return "", fmt.Errorf("%s uses it since %s: %w (wait, or ask them: gatedrill cluster down)", h.user, stamp(h.since), cluster.ErrTaken)
		case !over:
			return "", fmt.Errorf("%s used it since %s, the last time at %s: %w (take it over: gatedrill cluster up)", h.user, stamp(h.since), stamp(h.renewed), cluster.ErrTaken)
		default:
			from = fmt.Sprintf("taken over from %s, who used it since %s and was last seen at %s", h.user, stamp(h.since), stamp(h.renewed))
			err = l.write(ctx, o, l.now())
		}
		if err == nil {
			return from, nil
		}
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) && !apierrors.IsNotFound(err) {
			return "", fmt.Errorf("note who uses the cluster: %w", err)
		}
		if apierrors.IsNotFound(err) && o == nil {
			return "", fmt.Errorf("note who uses the cluster: %w", err) // the namespace is gone
		}
	}
	return "", fmt.Errorf("somebody else wants the cluster at the same moment: %w", cluster.ErrTaken)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

func (l *lease) spec(since time.Time) map[string]any {
	return map[string]any{
		"holderIdentity": l.user + "/" + l.id, "leaseDurationSeconds": int64(leaseLasts.Seconds()),
		"acquireTime": since.UTC().Format(microTime), "renewTime": l.now().UTC().Format(microTime),
	}
}

func (l *lease) create(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	_, err := l.resource().Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
		"metadata": map[string]any{"name": leaseName, "namespace": fault.Namespace, "labels": map[string]any{fault.Label: ownLabel}},
		"spec":     l.spec(l.now()),
	}}, metav1.CreateOptions{})
	return err
}

// write renews the Lease, unless somebody was quicker.
func (l *lease) write(ctx context.Context, o *unstructured.Unstructured, since time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	o.Object["spec"] = l.spec(since)
	_, err := l.resource().Update(ctx, o, metav1.UpdateOptions{})
	return err
}

// lease makes the data directory's Lease.
func (b *Backend) lease(c *client) (*lease, error) {
	id, err := b.homeID()
	if err != nil {
		return nil, err
	}
	return &lease{client: c.dynamic, user: b.o.User, id: id, now: b.o.Now}, nil
}

// homeID tells data directories apart; it is made once.
func (b *Backend) homeID() (string, error) {
	file := filepath.Join(b.o.Home, "context", "id")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", fmt.Errorf("make the data directory's id: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.WriteString(rand.Text())
		err = errors.Join(err, f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("make the data directory's id: %w", err)
	}
	text, err := os.ReadFile(file)
	if err == nil && len(text) == 0 {
		err = errors.New(file + " is empty (remove it)")
	}
	if err != nil {
		return "", fmt.Errorf("read the data directory's id: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
