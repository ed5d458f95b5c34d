package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
)

// ErrForgotten says that the cluster holds objects of ours, but no longer the
// picture that they could be put back by.
var ErrForgotten = errors.New("what was kept of the cluster as it was before the lab is gone (namespace " + Namespace + ")")

// Recover is Clear for a lab whose mark is gone. Where the picture is still
// there, the cluster is made equal to it. A cluster without any object of ours
// was made anew: ErrNoLab. Otherwise it is ErrForgotten.
func (e *Engine) Recover(ctx context.Context) error {
	_, err := e.Restore(ctx, PictureWorld)
	if !errors.Is(err, ErrForgotten) {
		return err
	}
	now, failed := e.take(ctx)
	if failed != nil {
		return failed
	}
	for _, o := range now {
		if owner(o) != "" {
			return err
		}
	}
	return ErrNoLab
}

// owner is the value of our label.
func owner(o map[string]any) string {
	return (&unstructured.Unstructured{Object: o}).GetLabels()[Label]
}

// dropOrphans takes out what labs left in a cluster that has no picture to go
// back to. What the world made stays: it is applied over.
func (e *Engine) dropOrphans(ctx context.Context) error {
	switch _, err := e.kept(ctx, PictureWorld); {
	case err == nil:
		return nil
	case !errors.Is(err, ErrForgotten):
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, provedWithin, fmt.Errorf("not gone after %s", provedWithin))
	defer cancel()
	return e.until(ctx, "what an earlier lab left behind to go", func() (bool, error) {
		now, err := e.take(ctx)
		if err != nil {
			return false, err
		}
		maps.DeleteFunc(now, func(_ string, o map[string]any) bool { return owner(o) == "" || owner(o) == world })
		keys := slices.Collect(maps.Keys(now))
		return len(keys) == 0, each(keys, func(key string) error { return e.drop(ctx, key, now[key]) })
	})
}

// ownNamespace makes the namespace that holds what we keep. One that is being
// deleted is waited for: nothing new can be put into it.
func (e *Engine) ownNamespace(ctx context.Context) error {
	r, err := e.resourceNamed(labs.Object{Kind: "Namespace"})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, provedWithin, fmt.Errorf("not gone after %s", provedWithin))
	defer cancel()
	err = e.until(ctx, "namespace "+Namespace+", which is being deleted, to go", func() (bool, error) {
		have, err := r.Get(ctx, Namespace, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return err == nil && have.GetDeletionTimestamp() == nil, err
	})
	if err != nil {
		return fmt.Errorf("make namespace %s: %w", Namespace, err)
	}
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": Namespace, "labels": map[string]any{Label: world}},
	}}
	if err := e.refuseForeignNamespace(ctx, r, o); err != nil {
		return fmt.Errorf("make namespace %s: %w", Namespace, err)
	}
	if _, err := r.Apply(ctx, Namespace, o, metav1.ApplyOptions{FieldManager: manager, Force: true}); err != nil {
		return fmt.Errorf("make namespace %s: %w", Namespace, err)
	}
	return nil
}
