package clustertest

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// NewStranger makes a cluster of other people's, with an Istio in it and with
// things of theirs: the namespace theirs, and a Secret beside Istio.
func NewStranger() (*API, error) {
	a := NewAPI()
	meta := func(ns, name string) map[string]any {
		m := map[string]any{"name": name}
		if ns != "" {
			m["namespace"] = ns
		}
		return m
	}
	labelled := func(m map[string]any, value string) map[string]any {
		m["labels"] = map[string]any{"app": value}
		return m
	}
	pods := map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"image": "registry:5000/istio/pilot:1.31.0"}}}}
	for _, o := range []map[string]any{
		{"apiVersion": "v1", "kind": "Namespace", "metadata": meta("", "istio-system")},
		{"apiVersion": "v1", "kind": "Namespace", "metadata": meta("", "theirs")},
		{"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("theirs", "precious")},
		{"apiVersion": "v1", "kind": "Secret", "metadata": meta("istio-system", "precious")},
		{"apiVersion": "v1", "kind": "Service", "metadata": meta("istio-system", "istio-ingressgateway"),
			"spec": map[string]any{"type": "LoadBalancer", "ports": []any{map[string]any{"port": int64(80)}}}},
		{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": labelled(meta("istio-system", "istiod"), "istiod"),
			"spec": map[string]any{"template": pods}},
		{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
			"metadata": labelled(meta("", "istio-sidecar-injector"), "sidecar-injector"),
			"webhooks": []any{map[string]any{"namespaceSelector": map[string]any{"matchLabels": map[string]any{"istio-injection": "enabled"}}}}},
	} {
		if err := a.Make(context.Background(), o); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Make creates an object.
func (a *API) Make(ctx context.Context, o map[string]any) error {
	u := &unstructured.Unstructured{Object: o}
	for _, k := range a.Kinds {
		if k.Kind == u.GetKind() && k.Group == u.GroupVersionKind().Group {
			_, err := a.Resource(k.GroupVersionResource).Namespace(u.GetNamespace()).Create(ctx, u, metav1.CreateOptions{})
			return err
		}
	}
	return fmt.Errorf("the API in memory serves no %s", u.GroupVersionKind())
}
