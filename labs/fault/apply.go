package fault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/gatedrill/gatedrill/labs"
)

// Apply carries out a change for a lab: its objects, then its operations in
// order. Label is the lab's id.
func (e *Engine) Apply(ctx context.Context, lab *labs.Lab, c labs.Change) error {
	return e.change(ctx, lab.ID, e.variables(lab), c)
}

func (e *Engine) change(ctx context.Context, label string, vars *variables, c labs.Change) error {
	if err := e.applyAll(ctx, label, vars, c.Objects); err != nil {
		return err
	}
	for _, op := range c.Ops {
		if err := e.operate(ctx, label, vars, op); err != nil {
			return fmt.Errorf("%s: %w", op.Pos, err)
		}
	}
	return nil
}

// applyAll applies manifests that are ordered by kind: those that others live
// in first, the rest side by side, and last what holds an address that the
// objects before may bring about.
func (e *Engine) applyAll(ctx context.Context, label string, vars *variables, list []labs.Manifest) error {
	var homes, plain, late []labs.Manifest
	for _, m := range list {
		switch kind := m.Object["kind"]; {
		case kind == "Namespace" || kind == "CustomResourceDefinition":
			homes = append(homes, m)
		case hasVariable(m.Object):
			late = append(late, m)
		default:
			plain = append(plain, m)
		}
	}
	for _, group := range [][]labs.Manifest{homes, plain, late} {
		err := each(group, func(m labs.Manifest) error {
			if err := e.applyOne(ctx, label, vars, m); err != nil {
				return fmt.Errorf("%s: %w", m.Pos, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// applyOne applies one manifest by server-side apply. An object that has a
// label of ours already keeps it: labels must not tell which object a fault
// touched.
func (e *Engine) applyOne(ctx context.Context, label string, vars *variables, m labs.Manifest) error {
	o := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(m.Object)}
	if err := vars.expand(ctx, o.Object); err != nil {
		return fmt.Errorf("apply %s: %w", nameOf(o), err)
	}
	e.replaceImages(o.Object)
	if vars.resolver {
		if err := e.resolveBy(ctx, o); err != nil {
			return fmt.Errorf("apply %s: %w", nameOf(o), err)
		}
	}
	r, err := e.resourceOf(o)
	if err == nil {
		err = errors.Join(e.mayWrite(nameOf(o)), e.refuseForeignNamespace(ctx, r, o))
	}
	if err != nil {
		return fmt.Errorf("apply %s: %w", nameOf(o), err)
	}
	labels := o.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[Label] = label
	if label != world {
		have, err := r.Get(ctx, o.GetName(), metav1.GetOptions{})
		if err == nil && have.GetLabels()[Label] != "" {
			labels[Label] = have.GetLabels()[Label]
		} else if err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("apply %s: %w", nameOf(o), err)
		}
	}
	o.SetLabels(labels)
	if _, err := r.Apply(ctx, o.GetName(), o, metav1.ApplyOptions{FieldManager: manager, Force: true}); err != nil {
		return fmt.Errorf("apply %s: %w", nameOf(o), err)
	}
	return nil
}

func nameOf(o *unstructured.Unstructured) labs.Object {
	return labs.Object{Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName()}
}

// each runs f for all items, eight at a time, and joins the errors.
func each[T any](items []T, f func(T) error) error {
	errs := make([]error, len(items))
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for i, item := range items {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			errs[i] = f(item)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
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
