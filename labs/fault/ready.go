package fault

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
)

// waitReady waits until a change's Deployments are available and its
// gateways of the Gateway API are programmed. Report names what is waited
// for.
func (e *Engine) waitReady(ctx context.Context, list []labs.Manifest, report func(string)) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for _, m := range list {
		o := &unstructured.Unstructured{Object: m.Object}
		test := readiness(o)
		if test == nil {
			continue
		}
		r, err := e.resourceOf(o)
		if err != nil {
			return err
		}
		name := nameOf(o).String()
		report(name)
		err = e.until(ctx, name+" to be ready", func() (bool, error) {
			now, err := r.Get(ctx, o.GetName(), metav1.GetOptions{})
			if err != nil {
				return false, fmt.Errorf("look at %s: %w", name, err)
			}
			return test(now.Object), nil
		})
		if err != nil {
			return fmt.Errorf("%w%s", err, e.waiting(o))
		}
	}
	return nil
}

// waiting says in their own words what the pods of a Deployment wait for, such
// as an image that cannot be pulled; "" when they say nothing.
func (e *Engine) waiting(o *unstructured.Unstructured) string {
	if o.GetKind() != "Deployment" {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second) // the wait's own is over
	defer cancel()
	pods, err := e.podsOf(ctx, o)
	if err != nil {
		return ""
	}
	for _, p := range pods {
		list, _, _ := unstructured.NestedSlice(p.Object, "status", "containerStatuses")
		for _, c := range list {
			m, _ := c.(map[string]any)
			why, _, _ := unstructured.NestedStringMap(m, "state", "waiting")
			if why["reason"] != "" {
				return fmt.Sprintf(": Pod %s/%s: %s: %s", p.GetNamespace(), p.GetName(), why["reason"], why["message"])
			}
		}
	}
	return ""
}

// readiness returns the test for an object's kind; nil for kinds that work
// as soon as they exist.
func readiness(o *unstructured.Unstructured) func(map[string]any) bool {
	switch gvk := o.GroupVersionKind(); {
	case gvk.Kind == "Deployment":
		return available
	case gvk.Kind == "Gateway" && gvk.Group == "gateway.networking.k8s.io":
		return func(o map[string]any) bool { return conditionTrue(o, "Programmed") && conditionTrue(o, "Accepted") }
	}
	return nil
}

func available(o map[string]any) bool {
	d := &unstructured.Unstructured{Object: o}
	want := replicasOf(d)
	for _, f := range []string{"updatedReplicas", "availableReplicas"} {
		if n, _, _ := unstructured.NestedInt64(o, "status", f); n < want {
			return false
		}
	}
	seen, _, _ := unstructured.NestedInt64(o, "status", "observedGeneration")
	return seen >= d.GetGeneration()
}

// replicasOf is how many pods a workload wants.
func replicasOf(d *unstructured.Unstructured) int64 {
	if d.GetKind() == "DaemonSet" {
		n, _, _ := unstructured.NestedInt64(d.Object, "status", "desiredNumberScheduled")
		return n
	}
	n, found, _ := unstructured.NestedInt64(d.Object, "spec", "replicas")
	if !found {
		return 1
	}
	return n
}

// conditionTrue says that a condition holds for the object as it is now, not
// for an older generation of it.
func conditionTrue(o map[string]any, name string) bool { return conditionIs(o, name, "True") }

func conditionIs(o map[string]any, name, status string) bool {
	list, _, _ := unstructured.NestedSlice(o, "status", "conditions")
	for _, c := range list {
		c, _ := c.(map[string]any)
		if c["type"] != name {
			continue
		}
		seen, has := c["observedGeneration"].(int64)
		generation, _, _ := unstructured.NestedInt64(o, "metadata", "generation")
		return c["status"] == status && (!has || seen >= generation)
	}
	return false
}
