package cluster_test

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic/fake"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

func TestServiceAddress(t *testing.T) {
	t.Parallel()
	service := func(name string, spec map[string]any) runtime.Object {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"namespace": "bakery", "name": name}, "spec": spec,
		}}
	}
	c := fake.NewSimpleDynamicClient(runtime.NewScheme(),
		service("oven", map[string]any{"clusterIP": "10.96.0.7"}),
		service("headless", map[string]any{"clusterIP": "None"}),
		service("new", map[string]any{}),
		service("odd", map[string]any{"clusterIP": int64(7)}),
	)
	for name, want := range map[string]struct{ address, failure string }{
		"oven":     {address: "10.96.0.7"},
		"headless": {failure: "Service bakery/headless: it has none"},
		"new":      {failure: "Service bakery/new: it has none"},
		"odd":      {failure: "Service bakery/odd: "},
		"gone":     {failure: "Service bakery/gone: "},
	} {
		got, err := cluster.ServiceAddress(t.Context(), c, "bakery", name)
		if got != want.address || (err == nil) != (want.failure == "") || err != nil && !strings.Contains(err.Error(), want.failure) {
			t.Errorf("%s: %q, %v; want %+v", name, got, err, want)
		}
	}
}

func TestLoadBalanced(t *testing.T) {
	t.Parallel()
	s := &unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"loadBalancer": map[string]any{"ingress": []any{
		map[string]any{"hostname": "lb.example"}, map[string]any{"ip": "::ffff:10.0.0.7"}, map[string]any{"ip": "2001:db8::1"}, "odd",
	}}}}}
	if got := fmt.Sprint(cluster.LoadBalanced(s)); got != "[10.0.0.7 2001:db8::1]" {
		t.Error(got)
	}
	if got := cluster.LoadBalanced(&unstructured.Unstructured{}); got != nil {
		t.Errorf("%v of none", got)
	}
}
