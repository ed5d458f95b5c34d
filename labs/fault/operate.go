package fault

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gatedrill/gatedrill/labs"
)

// goneWithin bounds the wait for a deleted object or a condition, readyWithin that for a
// Deployment's pods. A gateway whose only certificate is missing takes 16 s.
const (
	goneWithin  = 15 * time.Second
	readyWithin = 60 * time.Second
)

// operate carries out one operation.
func (e *Engine) operate(ctx context.Context, label string, vars *variables, op labs.Op) error {
	switch {
	case op.Apply != nil:
		return e.applyAll(ctx, label, vars, op.Apply)
	case op.Delete != nil:
		return e.remove(ctx, *op.Delete)
	case op.Recreate != nil:
		return e.recreate(ctx, *op.Recreate)
	case op.Patch != nil:
		return e.patch(ctx, vars, *op.Patch)
	case op.Restart != nil:
		return e.restart(ctx, *op.Restart)
	case op.Wait != nil:
		return e.wait(ctx, *op.Wait)
	case op.Certificate != nil:
		return e.certificate(ctx, label, *op.Certificate, true)
	case op.Pause > 0:
		return pause(ctx, op.Pause)
	}
	return nil
}

// remove deletes an object and returns when it is gone. One that is gone
// already is an error: the lab expects it.
func (e *Engine) remove(ctx context.Context, o labs.Object) error {
	r, err := e.resourceToWrite(o)
	if err != nil {
		return fmt.Errorf("delete %s: %w", o, err)
	}
	background := metav1.DeletePropagationBackground
	if err := r.Delete(ctx, o.Name, metav1.DeleteOptions{PropagationPolicy: &background}); err != nil {
		return fmt.Errorf("delete %s: %w", o, err)
	}
	return e.wait(ctx, labs.Wait{Object: o, Condition: labs.Gone})
}

// recreate deletes an object and makes it again as it was. Where age decides,
// it is the youngest now: ages count in seconds.
func (e *Engine) recreate(ctx context.Context, o labs.Object) error {
	r, err := e.resourceToWrite(o)
	if err != nil {
		return fmt.Errorf("make %s again: %w", o, err)
	}
	was, err := r.Get(ctx, o.Name, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("make %s again: %w", o, err)
	}
	if err := e.remove(ctx, o); err != nil {
		return err
	}
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	again := &unstructured.Unstructured{Object: normalised(was.Object)}
	if _, err := r.Create(ctx, again, metav1.CreateOptions{FieldManager: manager}); err != nil {
		return fmt.Errorf("make %s again: %w", o, err)
	}
	return nil
}

// wait waits for a condition of an object, or until it is gone.
func (e *Engine) wait(ctx context.Context, w labs.Wait) error {
	r, err := e.resourceNamed(w.Object)
	if err != nil {
		return fmt.Errorf("wait for %s: %w", w.Object, err)
	}
	ctx, cancel := context.WithTimeout(ctx, goneWithin)
	defer cancel()
	if w.Condition == labs.Gone {
		return e.until(ctx, w.Object.String()+" to be gone", func() (bool, error) {
			_, err := r.Get(ctx, w.Object.Name, metav1.GetOptions{})
			return apierrors.IsNotFound(err), nil
		})
	}
	return e.until(ctx, fmt.Sprintf("%s to be %s=%s", w.Object, w.Condition, w.Status), func() (bool, error) {
		o, err := r.Get(ctx, w.Object.Name, metav1.GetOptions{})
		if err != nil {
			return false, nil // it may still be made
		}
		return conditionIs(o.Object, w.Condition, w.Status), nil
	})
}

// patch changes an object that exists.
func (e *Engine) patch(ctx context.Context, vars *variables, p labs.Patch) error {
	r, err := e.resourceToWrite(p.Object)
	if err != nil {
		return fmt.Errorf("patch %s: %w", p.Object, err)
	}
	form, body := types.MergePatchType, any(runtime.DeepCopyJSONValue(map[string]any(p.Merge)))
	if p.JSON != nil {
		form, body = types.JSONPatchType, runtime.DeepCopyJSONValue([]any(p.JSON))
	}
	e.replaceImages(body)
	if err := vars.expand(ctx, body); err != nil {
		return fmt.Errorf("patch %s: %w", p.Object, err)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("patch %s: %w", p.Object, err)
	}
	if _, err := r.Patch(ctx, p.Object.Name, form, text, metav1.PatchOptions{FieldManager: manager}); err != nil {
		return fmt.Errorf("patch %s: %w", p.Object, err)
	}
	return nil
}

// restart replaces a workload's pods and returns when as many new ones are
// ready and none of the old is left, so that `deploy/NAME` means one pod.
func (e *Engine) restart(ctx context.Context, o labs.Object) error {
	fail := func(err error) error { return fmt.Errorf("restart %s: %w", o, err) }
	r, err := e.resourceToWrite(o)
	if err != nil {
		return fail(err)
	}
	d, err := r.Get(ctx, o.Name, metav1.GetOptions{})
	if err != nil {
		return fail(err)
	}
	old, err := e.podsOf(ctx, d)
	if err != nil {
		return fail(err)
	}
	pods, err := e.resourceNamed(labs.Object{Kind: "Pod", Namespace: o.Namespace})
	if err != nil {
		return fail(err)
	}
	// A proxy drains for 5 s before it ends; nobody's traffic is at stake here.
	grace := int64(1)
	was := map[types.UID]bool{}
	for _, p := range old {
		was[p.GetUID()] = true
		if err := pods.Delete(ctx, p.GetName(), metav1.DeleteOptions{GracePeriodSeconds: &grace}); err != nil && !apierrors.IsNotFound(err) {
			return fail(err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	return e.until(ctx, o.String()+" to have new pods", func() (bool, error) {
		now, err := e.podsOf(ctx, d)
		if err != nil {
			return false, fail(err)
		}
		ready := int64(0)
		for _, p := range now {
			if was[p.GetUID()] {
				return false, nil
			}
			if conditionTrue(p.Object, "Ready") {
				ready++
			}
		}
		return ready > 0 && ready == replicasOf(d), nil
	})
}

// podsOf lists a workload's pods by its selector.
func (e *Engine) podsOf(ctx context.Context, d *unstructured.Unstructured) ([]unstructured.Unstructured, error) {
	match, _, err := unstructured.NestedStringMap(d.Object, "spec", "selector", "matchLabels")
	if err != nil || len(match) == 0 {
		return nil, fmt.Errorf("%s has no selector by labels", nameOf(d))
	}
	pods, err := e.resourceNamed(labs.Object{Kind: "Pod", Namespace: d.GetNamespace()})
	if err != nil {
		return nil, err
	}
	list, err := pods.List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: match})})
	if err != nil {
		return nil, fmt.Errorf("list pods of %s: %w", nameOf(d), err)
	}
	return list.Items, nil
}
