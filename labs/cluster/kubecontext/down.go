package kubecontext

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// goneWithin bounds the wait for our namespaces to be gone.
const goneWithin = 3 * time.Minute

// Differs is returned when all of ours is gone and the cluster is still not as
// it was before the first Up. Nothing of it was touched: others may have
// changed it, or the learner outside of a lab.
type Differs struct{ Changes []string }

func (d *Differs) Error() string {
	list := d.Changes
	if len(list) > 20 {
		list = append(slices.Clone(list[:20]), fmt.Sprintf("and %d more", len(list)-20))
	}
	return "all that gatedrill made is removed; these objects are not as before the first up, and were left alone:\n" + strings.Join(list, "\n")
}

// Down removes exactly what gatedrill made: the lab in progress is cleared,
// then go objects with our label in istio-system and for the whole cluster,
// then namespaces with our label and prefix. A survey proves it.
func (b *Backend) Down(ctx context.Context) error {
	b.Close()
	unlock, err := b.lock(ctx, func(string) {})
	if err != nil {
		return err
	}
	defer unlock()
	r, err := b.recorded()
	if err != nil || r == nil {
		return err
	}
	before, err := b.before()
	if err != nil {
		return err
	}
	c, err := b.connect(ctx)
	if err != nil {
		return err
	}
	if err := b.claim(ctx, c); err != nil {
		return err
	}
	d := &down{b: b, c: c, before: before}
	if d.kinds, err = c.discover(ctx); err != nil {
		return err
	}
	if err := d.all(ctx); err != nil {
		return err
	}
	after, err := fault.New(c.dynamic, d.kinds, b.o.Now, nil).Survey(ctx)
	if err != nil {
		return fmt.Errorf("look at what the cluster holds: %w", c.orTrouble(err))
	}
	if err := b.forget(); err != nil {
		return err
	}
	b.mu.Lock()
	b.note = ""
	b.mu.Unlock()
	if changes := before.Changes(after); len(changes) > 0 {
		return &Differs{Changes: changes}
	}
	return nil
}

// claim holds the Lease, where there is one: its namespace may be gone, or half
// made.
func (b *Backend) claim(ctx context.Context, c *client) error {
	l, err := b.lease(c)
	if err != nil {
		return err
	}
	o, _, err := l.read(ctx)
	if err == nil && o != nil {
		_, err = l.hold(ctx, true)
	}
	return err
}

// down is one removal.
type down struct {
	b      *Backend
	c      *client
	before fault.Survey
	kinds  []fault.Kind
}

func (d *down) all(ctx context.Context) error {
	if err := d.clear(ctx); err != nil {
		return err
	}
	// What lies beside Istio, or in no namespace, before what it was made for.
	for _, k := range d.kinds {
		if k.Kind == "Namespace" || k.Namespaced && !beside(k) {
			continue
		}
		if err := d.labelled(ctx, k); err != nil {
			return err
		}
	}
	return d.namespaces(ctx)
}

// clear takes the lab in progress out. A picture that is gone cannot be gone
// back to; then only what bears our label is removed.
func (d *down) clear(ctx context.Context) error {
	e := fault.New(d.c.dynamic, d.kinds, d.b.o.Now, d.b.scope())
	_, err := e.Clear(ctx)
	if err == nil || errors.Is(err, fault.ErrNoLab) || apierrors.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("take the lab out: %w", d.c.orTrouble(err))
}

// beside says whether labs put objects of a kind into istio-system.
func beside(k fault.Kind) bool {
	return slices.Contains([]string{"", "apps", "networking.k8s.io", gatewayAPI}, k.Group) && k.Kind != "Event" && k.Kind != "Pod" ||
		strings.HasSuffix(k.Group, ".istio.io")
}

// labelled deletes objects with our label that were not there before. One may
// have got the label from a lab that changed it.
func (d *down) labelled(ctx context.Context, k fault.Kind) error {
	r := d.c.dynamic.Resource(k.GroupVersionResource)
	ri, ns := interface {
		List(context.Context, metav1.ListOptions) (*unstructured.UnstructuredList, error)
		Delete(context.Context, string, metav1.DeleteOptions, ...string) error
	}(r), ""
	if k.Namespaced {
		ri, ns = r.Namespace(istioSystem), istioSystem
	}
	list, err := ri.List(ctx, metav1.ListOptions{LabelSelector: fault.Label})
	if apierrors.IsForbidden(err) || apierrors.IsNotFound(err) || apierrors.IsMethodNotSupported(err) {
		return nil // what we may not list we could not make
	}
	if err != nil {
		return fmt.Errorf("look for our %s: %w", k.Resource, d.c.orTrouble(err))
	}
	for _, o := range list.Items {
		key := k.Resource + "." + k.Group + "/" + ns + "/" + o.GetName()
		if _, theirs := d.before.Objects[key]; theirs || len(o.GetOwnerReferences()) > 0 {
			continue
		}
		if err := ri.Delete(ctx, o.GetName(), metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("delete %s %s: %w", k.Kind, o.GetName(), d.c.orTrouble(err))
		}
	}
	return nil
}

// namespaces deletes those with our label and prefix, gatedrill's own last: it
// holds the Lease, and what a killed Down goes on from.
func (d *down) namespaces(ctx context.Context) error {
	list, err := d.c.dynamic.Resource(core("namespaces")).List(ctx, metav1.ListOptions{LabelSelector: fault.Label})
	if err != nil {
		return fmt.Errorf("look for our namespaces: %w", d.c.orTrouble(err))
	}
	var names []string
	for _, o := range list.Items {
		_, theirs := d.before.Objects["namespaces.//"+o.GetName()]
		if n := o.GetName(); !theirs && n != fault.Namespace && strings.HasPrefix(n, labs.NamespacePrefix) {
			names = append(names, n)
		}
	}
	if err := d.drop(ctx, names); err != nil {
		return err
	}
	o, err := d.c.dynamic.Resource(core("namespaces")).Get(ctx, fault.Namespace, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && !isOurs(o) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for namespace %s: %w", fault.Namespace, d.c.orTrouble(err))
	}
	return d.drop(ctx, []string{fault.Namespace})
}

// drop deletes namespaces and returns when they are gone.
func (d *down) drop(ctx context.Context, names []string) error {
	r := d.c.dynamic.Resource(core("namespaces"))
	for _, n := range names {
		if err := r.Delete(ctx, n, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
			return fmt.Errorf("delete namespace %s: %w", n, d.c.orTrouble(err))
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, goneWithin, fmt.Errorf("not within %s", goneWithin))
	defer cancel()
	for _, n := range names {
		for {
			o, err := r.Get(ctx, n, metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				break
			}
			if err != nil && ctx.Err() == nil {
				return fmt.Errorf("look for namespace %s: %w", n, d.c.orTrouble(err))
			}
			if pause(ctx, 200*time.Millisecond) != nil {
				return fmt.Errorf("wait for namespace %s to be gone: %w: %s", n, context.Cause(ctx), remains(o))
			}
		}
	}
	return nil
}

// remains says what keeps a namespace, in its own words.
func remains(o *unstructured.Unstructured) string {
	if o == nil {
		return "it is still there"
	}
	list, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	var out []string
	for _, x := range list {
		if m, _ := x.(map[string]any); m["status"] == "True" {
			out = append(out, fmt.Sprint(m["message"]))
		}
	}
	return strings.Join(out, "; ")
}

// Reset is Down: what is not ours is not ours to reset.
func (b *Backend) Reset(ctx context.Context) error { return b.Down(ctx) }
