package fault

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
)

// namespaces are those that are there, in no order: of other people's cluster
// only those of the scope.
func (e *Engine) namespaces(ctx context.Context) ([]unstructured.Unstructured, error) {
	if e.scope != nil {
		return e.scopeNamespaces(ctx)
	}
	r, err := e.resourceNamed(labs.Object{Kind: "Namespace"})
	if err != nil {
		return nil, err
	}
	list, err := r.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list namespaces: %w", err)
	}
	return list.Items, nil
}

// homesIn are the namespaces among manifests.
func homesIn(list []labs.Manifest) []labs.Manifest {
	return slices.DeleteFunc(slices.Clone(list), func(m labs.Manifest) bool { return m.Object["kind"] != "Namespace" })
}

// house makes namespaces. Those of their names that are still being deleted
// are waited for: they take nothing new.
func (e *Engine) house(ctx context.Context, label string, vars *variables, homes []labs.Manifest) error {
	if err := e.vacated(ctx, homes); err != nil {
		return err
	}
	return e.applyAll(ctx, label, vars, homes)
}

func namesOf(homes []labs.Manifest) []string {
	out := []string{}
	for _, m := range homes {
		out = append(out, (&unstructured.Unstructured{Object: m.Object}).GetName())
	}
	return out
}

// leave deletes the namespaces that a world before this one made, and that are
// none of its homes: each holds a few objects that every list with -A shows.
func (e *Engine) leave(ctx context.Context, homes []labs.Manifest) error {
	r, err := e.resourceNamed(labs.Object{Kind: "Namespace"})
	if err != nil {
		return err
	}
	have, err := e.namespaces(ctx)
	if err != nil {
		return err
	}
	needed := append(namesOf(homes), Namespace)
	for _, ns := range have {
		if ns.GetLabels()[Label] != world || ns.GetDeletionTimestamp() != nil || slices.Contains(needed, ns.GetName()) {
			continue
		}
		if err := r.Delete(ctx, ns.GetName(), metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("delete namespace %s of an earlier lab: %w", ns.GetName(), err)
		}
	}
	return nil
}

// vacated waits until namespaces that are being deleted are gone.
func (e *Engine) vacated(ctx context.Context, homes []labs.Manifest) error {
	ctx, cancel := context.WithTimeoutCause(ctx, provedWithin, fmt.Errorf("not gone after %s", provedWithin))
	defer cancel()
	needed := namesOf(homes)
	return e.until(ctx, "namespaces that are being deleted to go", func() (bool, error) {
		have, err := e.namespaces(ctx)
		return err == nil && !slices.ContainsFunc(have, func(ns unstructured.Unstructured) bool {
			return ns.GetDeletionTimestamp() != nil && slices.Contains(needed, ns.GetName())
		}), err
	})
}
