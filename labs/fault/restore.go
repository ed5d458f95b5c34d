package fault

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/gatedrill/gatedrill/labs"
)

// provedWithin bounds the time until the cluster equals the picture.
const provedWithin = 30 * time.Second

// Report says what a restore did.
type Report struct {
	Deleted  int           `json:"deleted"`
	Created  int           `json:"created"`
	Restored int           `json:"restored"`
	Took     time.Duration `json:"took"`
}

// Restore makes the cluster equal to a picture, and returns when comparing
// every object has proved it.
func (e *Engine) Restore(ctx context.Context, name string) (Report, error) {
	began := e.now()
	var r Report
	want, err := e.kept(ctx, name)
	if err != nil {
		return r, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, provedWithin, fmt.Errorf("not as before after %s", provedWithin))
	defer cancel()
	var left difference
	done := map[string]bool{} // deletions that were asked for
	err = e.until(ctx, "the objects to be as before", func() (bool, error) {
		now, err := e.take(ctx)
		if err != nil {
			return false, err
		}
		left = want.compare(now)
		if left.empty() {
			return true, nil
		}
		return false, e.mend(ctx, want, now, left, &r, done)
	})
	r.Took = e.now().Sub(began)
	if err != nil && !left.empty() {
		return r, fmt.Errorf("restore %q: %w (%s)", name, err, left)
	}
	if err != nil {
		return r, fmt.Errorf("restore %q: %w", name, err)
	}
	return r, nil
}

// mend carries out one round: what is left over goes first, because it may
// hold a name or a port that something missing needs.
func (e *Engine) mend(ctx context.Context, want, now picture, d difference, r *Report, done map[string]bool) error {
	err := each(d.extra, func(key string) error { return e.drop(ctx, key, now[key]) })
	if err != nil {
		return err
	}
	for _, key := range d.extra {
		if !done[key] {
			done[key] = true
			r.Deleted++
		}
	}
	slices.SortFunc(d.missing, func(a, b string) int { return cmp.Compare(home(want[a]), home(want[b])) })
	homes := 0
	for homes < len(d.missing) && home(want[d.missing[homes]]) == 0 {
		homes++
	}
	for _, part := range [][]string{d.missing[:homes], d.missing[homes:]} {
		if err := each(part, func(key string) error { return e.create(ctx, key, want[key]) }); err != nil {
			return err
		}
	}
	r.Created += len(d.missing)
	if err := each(d.changed, func(key string) error { return e.replace(ctx, key, want[key]) }); err != nil {
		return err
	}
	r.Restored += len(d.changed)
	return nil
}

// home is 0 for what others live in.
func home(o map[string]any) int {
	if o["kind"] == "Namespace" {
		return 0
	}
	return 1
}

// at finds the client for a picture's key.
func (e *Engine) at(key string) (r clientAt, err error) {
	kind, rest, _ := strings.Cut(key, "/")
	ns, name, _ := strings.Cut(rest, "/")
	resource, group, _ := strings.Cut(kind, ".")
	for _, k := range e.kinds {
		if k.Resource == resource && k.Group == group {
			return clientAt{resource: e.resource(k, ns), name: name, as: labs.Object{Kind: k.Kind, Namespace: ns, Name: name}}, nil
		}
	}
	return clientAt{}, fmt.Errorf("the cluster no longer serves %s", kind)
}

func (e *Engine) drop(ctx context.Context, key string, o map[string]any) error {
	if o[leaving] == true {
		return nil
	}
	at, err := e.at(key)
	if err != nil {
		return err
	}
	if e.scope != nil && o["kind"] == "Namespace" && (&unstructured.Unstructured{Object: o}).GetLabels()[Label] == "" {
		return fmt.Errorf("delete %s: %w", at.as, ErrNotOurs)
	}
	background := metav1.DeletePropagationBackground
	opts := metav1.DeleteOptions{PropagationPolicy: &background}
	if o["kind"] == "Pod" {
		opts.GracePeriodSeconds = new(int64)
	}
	if err := at.resource.Delete(ctx, at.name, opts); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete %s: %w", at.as, err)
	}
	return nil
}

func (e *Engine) create(ctx context.Context, key string, o map[string]any) error {
	at, err := e.at(key)
	if err != nil {
		return err
	}
	u := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(o)}
	_, err = at.resource.Create(ctx, u, metav1.CreateOptions{FieldManager: manager})
	if apierrors.IsAlreadyExists(err) {
		return nil // being deleted, or just made by a controller: the next round looks again
	}
	if err != nil {
		return fmt.Errorf("create %s: %w", at.as, err)
	}
	return nil
}

// replace puts an object back whole. What cannot be changed in place (a
// Service's address) is deleted, and created in the next round.
func (e *Engine) replace(ctx context.Context, key string, o map[string]any) error {
	at, err := e.at(key)
	if err != nil {
		return err
	}
	u := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(o)}
	have, err := at.resource.Get(ctx, at.name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore %s: %w", at.as, err)
	}
	u.SetResourceVersion(have.GetResourceVersion())
	_, err = at.resource.Update(ctx, u, metav1.UpdateOptions{FieldManager: manager})
	switch {
	case apierrors.IsConflict(err), apierrors.IsNotFound(err):
		return nil // somebody was quicker: the next round looks again
	case apierrors.IsInvalid(err):
		return e.drop(ctx, key, have.Object)
	case err != nil:
		return fmt.Errorf("restore %s: %w", at.as, err)
	}
	return nil
}
