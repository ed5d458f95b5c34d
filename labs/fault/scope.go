package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs"
)

// ErrNotOurs is returned for changes outside of an engine's scope.
var ErrNotOurs = errors.New("not gatedrill's: left alone")

// istioSystem may be in a scope, but is never made or changed itself.
const istioSystem = "istio-system"

// mayWrite says whether an object may be written.
func (e *Engine) mayWrite(o labs.Object) error {
	ns := o.Namespace
	if o.Kind == "Namespace" {
		ns = o.Name
	}
	if e.scope == nil || ns == "" || ns == Namespace || slices.Contains(e.scope, ns) {
		return nil
	}
	return fmt.Errorf("namespace %s: %w", ns, ErrNotOurs)
}

// resourceToWrite is the client for an object that is about to be changed.
func (e *Engine) resourceToWrite(o labs.Object) (dynamic.ResourceInterface, error) {
	if err := e.mayWrite(o); err != nil {
		return nil, err
	}
	return e.resourceNamed(o)
}

// refuseForeignNamespace refuses a namespace that is there already and that
// gatedrill did not make, in a cluster that is not ours alone.
func (e *Engine) refuseForeignNamespace(ctx context.Context, r dynamic.ResourceInterface, o *unstructured.Unstructured) error {
	if e.scope == nil || o.GetKind() != "Namespace" {
		return nil
	}
	have, err := r.Get(ctx, o.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if have.GetLabels()[Label] == "" {
		return fmt.Errorf("namespace %s is there: %w", o.GetName(), ErrNotOurs)
	}
	return nil
}

// list lists the objects of a kind that may belong into a picture. Of other
// people's cluster only what is ours is asked for: the given namespaces of the
// scope, and what is in them.
func (e *Engine) list(ctx context.Context, k Kind, ours []unstructured.Unstructured) ([]unstructured.Unstructured, error) {
	r := e.client.Resource(k.GroupVersionResource)
	switch {
	case e.scope == nil:
		list, err := r.List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		return list.Items, nil
	case k.Kind == "Namespace":
		return ours, nil
	case !k.Namespaced:
		return nil, nil
	}
	var out []unstructured.Unstructured
	for _, ns := range ours {
		list, err := r.Namespace(ns.GetName()).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, fmt.Errorf("in %s: %w", ns.GetName(), err)
		}
		out = append(out, list.Items...)
	}
	return out, nil
}

// scopeNamespaces gets the namespaces of the scope that are there, in no order.
func (e *Engine) scopeNamespaces(ctx context.Context) ([]unstructured.Unstructured, error) {
	if len(e.scope) == 0 {
		return nil, nil
	}
	r, err := e.resourceNamed(labs.Object{Kind: "Namespace"})
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var out []unstructured.Unstructured
	err = each(e.scope, func(ns string) error {
		o, err := r.Get(ctx, ns, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look for namespace %s: %w", ns, err)
		}
		mu.Lock()
		defer mu.Unlock()
		out = append(out, *o)
		return nil
	})
	return out, err
}

// replaceImages replaces images below v, in place.
func (e *Engine) replaceImages(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			name, _ := x.(string)
			if by := e.images[name]; k == "image" && by != "" {
				v[k] = by
			} else {
				e.replaceImages(x)
			}
		}
	case []any:
		for _, x := range v {
			e.replaceImages(x)
		}
	}
}
