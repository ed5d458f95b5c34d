package fault

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs/outside"
)

// podSpec is the spec of the pods that an object is or makes, nil for others.
func podSpec(o *unstructured.Unstructured) map[string]any {
	spec, _ := o.Object["spec"].(map[string]any)
	if o.GetKind() == "Pod" {
		return spec
	}
	template, _ := spec["template"].(map[string]any)
	inner, _ := template["spec"].(map[string]any)
	if _, ok := inner["containers"]; !ok {
		return nil
	}
	return inner
}

// resolveBy makes a workload's pods ask the engine's resolver.
func (e *Engine) resolveBy(ctx context.Context, o *unstructured.Unstructured) error {
	spec := podSpec(o)
	if spec == nil || spec["dnsPolicy"] != nil {
		return nil
	}
	r, err := e.resourceNamed(e.resolver)
	if err != nil {
		return err
	}
	s, err := r.Get(ctx, e.resolver.Name, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("look for %s, which knows the lab's names: %w", e.resolver, err)
	}
	ip, _, _ := unstructured.NestedString(s.Object, "spec", "clusterIP")
	outside.ResolveBy(spec, ip, o.GetNamespace())
	return nil
}
