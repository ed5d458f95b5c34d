package fault

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs/cluster"
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
	ip, err := cluster.ServiceAddress(ctx, e.client, e.resolver.Namespace, e.resolver.Name)
	if err != nil {
		return fmt.Errorf("let %s %s ask for the lab's names: %w", o.GetKind(), o.GetName(), err)
	}
	outside.ResolveBy(spec, ip, o.GetNamespace())
	return nil
}
