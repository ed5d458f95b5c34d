package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// ServiceAddress is where a Service is reached in the cluster. One without an
// address is an error: it serves nobody.
func ServiceAddress(ctx context.Context, c dynamic.Interface, namespace, name string) (string, error) {
	s, err := c.Resource(schema.GroupVersionResource{Version: "v1", Resource: "services"}).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("find the address of Service %s/%s: %w", namespace, name, err)
	}
	ip, _, err := unstructured.NestedString(s.Object, "spec", "clusterIP")
	if err == nil && (ip == "" || ip == "None") {
		err = errors.New("it has none")
	}
	if err != nil {
		return "", fmt.Errorf("find the address of Service %s/%s: %w", namespace, name, err)
	}
	return ip, nil
}

// LoadBalanced are the addresses that a load balancer gave to a Service.
func LoadBalanced(service *unstructured.Unstructured) []netip.Addr {
	var out []netip.Addr
	list, _, _ := unstructured.NestedSlice(service.Object, "status", "loadBalancer", "ingress")
	for _, in := range list {
		m, _ := in.(map[string]any)
		text, _ := m["ip"].(string)
		if a, err := netip.ParseAddr(text); err == nil {
			out = append(out, a.Unmap())
		}
	}
	return out
}

// Address is where a connection leads, by a name that this machine does not
// know.
type Address string

// Network says how.
func (Address) Network() string { return "tcp" }

func (a Address) String() string { return string(a) }
