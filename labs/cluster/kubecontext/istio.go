package kubecontext

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

func core(resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Version: "v1", Resource: resource}
}

// istioVersion reads the version of the control plane from its image.
func (c *client) istioVersion(ctx context.Context) (string, error) {
	deployments := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	list, err := c.dynamic.Resource(deployments).Namespace(istioSystem).List(ctx, metav1.ListOptions{LabelSelector: "app=" + istiod})
	if err != nil {
		return "", fmt.Errorf("look for %s in %s: %w", istiod, istioSystem, err)
	}
	if len(list.Items) == 0 {
		return "", fmt.Errorf("there is no Deployment %s (app=%s) in %s", istiod, istiod, istioSystem)
	}
	d := list.Items[0]
	containers, _, _ := unstructured.NestedSlice(d.Object, "spec", "template", "spec", "containers")
	version := "of an unknown version"
	for _, x := range containers {
		m, _ := x.(map[string]any)
		image, _ := m["image"].(string)
		image, _, _ = strings.Cut(image, "@")
		if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
			version = image[i+1:]
			break
		}
	}
	if n, _, _ := unstructured.NestedInt64(d.Object, "status", "availableReplicas"); n == 0 {
		return version, fmt.Errorf("%s %s has no replica that is ready", d.GetName(), version)
	}
	return version, nil
}

// injects says whether pods of a namespace with istio-injection=enabled get a
// sidecar; words say what was seen.
func (c *client) injects(ctx context.Context) (bool, string) {
	hooks := schema.GroupVersionResource{Group: "admissionregistration.k8s.io", Version: "v1", Resource: "mutatingwebhookconfigurations"}
	list, err := c.dynamic.Resource(hooks).List(ctx, metav1.ListOptions{LabelSelector: "app=sidecar-injector"})
	if err != nil {
		return false, fmt.Sprintf("it could not be looked for: %v", err)
	}
	for _, o := range list.Items {
		webhooks, _, _ := unstructured.NestedSlice(o.Object, "webhooks")
		for _, w := range webhooks {
			m, _ := w.(map[string]any)
			if selectsInjection(m) {
				return true, o.GetName()
			}
		}
	}
	if len(list.Items) == 0 {
		return false, "there is none"
	}
	return false, list.Items[0].GetName() + " does not serve the label istio-injection=enabled"
}

func selectsInjection(webhook map[string]any) bool {
	list, _, _ := unstructured.NestedSlice(webhook, "namespaceSelector", "matchExpressions")
	for _, x := range list {
		m, _ := x.(map[string]any)
		values, _ := m["values"].([]any)
		if m["key"] == "istio-injection" && m["operator"] == "In" && len(values) > 0 && values[0] == "enabled" {
			return true
		}
	}
	match, _, _ := unstructured.NestedStringMap(webhook, "namespaceSelector", "matchLabels")
	return match["istio-injection"] == "enabled"
}

// gateway finds the ingress gateway's address.
func (c *client) gateway(ctx context.Context) (a netip.Addr, err error) {
	o, err := c.dynamic.Resource(core("services")).Namespace(istioSystem).Get(ctx, ingressService, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return a, fmt.Errorf("there is no Service %s/%s", istioSystem, ingressService)
	}
	if err != nil {
		return a, fmt.Errorf("look for Service %s/%s: %w", istioSystem, ingressService, err)
	}
	for _, a := range cluster.LoadBalanced(o) {
		return a, nil
	}
	kind, _, _ := unstructured.NestedString(o.Object, "spec", "type")
	ingress, _, _ := unstructured.NestedSlice(o.Object, "status", "loadBalancer", "ingress")
	for _, x := range ingress {
		if m, _ := x.(map[string]any); m["hostname"] != nil {
			return a, fmt.Errorf("Service %s/%s has the name %v for an address; labs need an IP address", istioSystem, ingressService, m["hostname"])
		}
	}
	return a, fmt.Errorf("Service %s/%s, of type %s, has no address from a load balancer", istioSystem, ingressService, kind)
}
