package kubecontext

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gatedrill/gatedrill/labs/fault"
)

// right is something that has to be allowed. Without a namespace it means all
// of them.
type right struct{ verb, group, resource, namespace string }

func (r right) String() string {
	where := ""
	if r.namespace != "" {
		where = " in " + r.namespace
	}
	return r.verb + " " + r.kind() + where
}

func (r right) kind() string {
	if r.group == "" {
		return r.resource
	}
	return r.resource + "." + r.group
}

// Groups of the kinds that labs use.
const (
	istioNet      = "networking.istio.io"
	istioSecurity = "security.istio.io"
	gatewayAPI    = "gateway.networking.k8s.io"
)

// labKinds are what labs, learners and observers need, with the verbs.
func labKinds() []right {
	all, out := []string{"get", "list", "watch", "create", "update", "patch", "delete"}, []right(nil)
	for _, k := range []struct {
		group, resource string
		verbs           []string
	}{
		{"apps", "deployments", all}, {"", "services", all}, {"", "configmaps", all}, {"", "secrets", all}, {"", "pods", []string{"get", "list", "watch", "delete"}},
		{istioNet, "gateways", all}, {gatewayAPI, "gateways", all}, {gatewayAPI, "httproutes", all},
		{istioNet, "virtualservices", all}, {istioNet, "destinationrules", all},
		{istioSecurity, "peerauthentications", all}, {istioSecurity, "authorizationpolicies", all},
		{"", "pods/portforward", []string{"create"}}, {"", "pods/log", []string{"get"}}, {"", "pods/exec", []string{"create"}},
	} {
		for _, v := range k.verbs {
			out = append(out, right{v, k.group, k.resource, ""})
		}
	}
	return out
}

// wanted lists the rights for labs in the given namespaces.
func wanted(own []string, meshAdmin bool) []right {
	var out []right
	for _, v := range []string{"get", "list", "watch", "create", "patch", "update", "delete"} {
		out = append(out, right{v, "", "namespaces", ""})
	}
	for _, v := range []string{"get", "create", "update"} {
		out = append(out, right{v, "coordination.k8s.io", "leases", fault.Namespace})
	}
	out = append(out, right{"create", "", "pods", fault.Namespace})
	where := append(slices.Clone(own), fault.Namespace)
	if meshAdmin {
		where = append(where, istioSystem)
	}
	for _, ns := range where {
		for _, r := range labKinds() {
			r.namespace = ns
			out = append(out, r)
		}
	}
	if !meshAdmin { // what has to be seen of the shared gateway
		for _, r := range labKinds() {
			if r.verb == "get" || r.verb == "list" || r.verb == "watch" || r.resource == "pods/portforward" {
				r.namespace = istioSystem
				out = append(out, r)
			}
		}
	}
	for _, k := range watched() { // who else is on the gateway
		out = append(out, right{"list", k.Group, k.Resource, ""}, right{"watch", k.Group, k.Resource, ""})
	}
	return out
}

// watched are the kinds that observers watch in all namespaces.
func watched() []schema.GroupResource {
	out := []schema.GroupResource{{Resource: "services"}, {Resource: "pods"}, {Group: "discovery.k8s.io", Resource: "endpointslices"}, {Group: "apps", Resource: "deployments"}}
	for _, r := range []string{"gateways", "virtualservices", "destinationrules", "serviceentries", "sidecars", "envoyfilters"} {
		out = append(out, schema.GroupResource{Group: istioNet, Resource: r})
	}
	for _, r := range []string{"gatewayclasses", "gateways", "httproutes"} {
		out = append(out, schema.GroupResource{Group: gatewayAPI, Resource: r})
	}
	for _, r := range []string{"peerauthentications", "authorizationpolicies", "requestauthentications"} {
		out = append(out, schema.GroupResource{Group: istioSecurity, Resource: r})
	}
	return out
}

// lacking asks which of the rights are missing. What is allowed in all
// namespaces is not asked for each.
func (c *client) lacking(ctx context.Context, want []right) ([]right, error) {
	everywhere := map[right]bool{}
	for _, r := range want {
		r.namespace = ""
		everywhere[r] = false
	}
	if err := c.review(ctx, everywhere); err != nil {
		return nil, err
	}
	there := map[right]bool{}
	for _, r := range want {
		wide := r
		wide.namespace = ""
		if !everywhere[wide] {
			there[r] = false
		}
	}
	if err := c.review(ctx, there); err != nil {
		return nil, err
	}
	maps.DeleteFunc(there, func(_ right, ok bool) bool { return ok })
	return slices.SortedFunc(maps.Keys(there), func(a, b right) int { return strings.Compare(a.String(), b.String()) }), nil
}

// review fills in what is allowed, eight questions at a time.
func (c *client) review(ctx context.Context, ask map[right]bool) error {
	reviews := schema.GroupVersionResource{Group: "authorization.k8s.io", Version: "v1", Resource: "selfsubjectaccessreviews"}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	slots := make(chan struct{}, 8)
	for _, r := range slices.Collect(maps.Keys(ask)) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			resource, sub, _ := strings.Cut(r.resource, "/")
			got, err := c.dynamic.Resource(reviews).Create(ctx, &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
				"spec": map[string]any{"resourceAttributes": map[string]any{
					"verb": r.verb, "group": r.group, "resource": resource, "subresource": sub, "namespace": r.namespace,
				}},
			}}, metav1.CreateOptions{})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = fmt.Errorf("ask whether one may %s: %w", r, err)
				return
			}
			ask[r], _, _ = unstructured.NestedBool(got.Object, "status", "allowed")
		})
	}
	wg.Wait()
	return failed
}

// summed says rights in few words: "secrets (create, delete) in shop, mesh".
func summed(list []right) string {
	verbs := map[string][]string{} // by kind and namespace
	for _, r := range list {
		key := r.kind() + "\n" + r.namespace
		verbs[key] = append(verbs[key], r.verb)
	}
	where := map[string][]string{} // by kind and verbs
	for _, key := range slices.Sorted(maps.Keys(verbs)) {
		kind, ns, _ := strings.Cut(key, "\n")
		if ns == "" {
			ns = "all namespaces"
		}
		v := slices.Sorted(slices.Values(verbs[key]))
		k := kind + " (" + strings.Join(v, ", ") + ")"
		where[k] = append(where[k], ns)
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(where)) {
		out = append(out, k+" in "+strings.Join(where[k], ", "))
	}
	return strings.Join(out, "; ")
}
