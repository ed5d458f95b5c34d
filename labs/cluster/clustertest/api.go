// Package clustertest holds fakes of a cluster for tests: an API that keeps
// objects in memory, and an observer that is told what to see.
package clustertest

import (
	"encoding/json"
	"maps"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic/fake"
	ktesting "k8s.io/client-go/testing"

	"github.com/gatedrill/gatedrill/labs/fault"
)

// API is a cluster's API in memory. What it lacks beside the real one:
// defaults, validation, controllers. Deployments are ready at once, Services
// get the address 192.0.2.1.
type API struct {
	*fake.FakeDynamicClient
	Kinds []fault.Kind

	mu     sync.Mutex
	refuse map[string]error // object name → what writing it answers
}

// NewAPI makes an empty cluster that serves the kinds labs use.
func NewAPI() *API {
	a := &API{refuse: map[string]error{}}
	lists := map[schema.GroupVersionResource]string{}
	for _, k := range []struct {
		group, version, kind, resource string
		namespaced                     bool
	}{
		{"", "v1", "Namespace", "namespaces", false}, {"", "v1", "ConfigMap", "configmaps", true},
		{"", "v1", "Secret", "secrets", true}, {"", "v1", "Service", "services", true}, {"", "v1", "Pod", "pods", true},
		{"apps", "v1", "Deployment", "deployments", true},
		{"networking.istio.io", "v1", "VirtualService", "virtualservices", true},
		{"networking.istio.io", "v1", "Gateway", "gateways", true},
		{"networking.istio.io", "v1", "DestinationRule", "destinationrules", true},
		{"security.istio.io", "v1", "PeerAuthentication", "peerauthentications", true},
		{"security.istio.io", "v1", "AuthorizationPolicy", "authorizationpolicies", true},
		{"gateway.networking.k8s.io", "v1", "Gateway", "gateways", true},
		{"gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes", true},
		{"coordination.k8s.io", "v1", "Lease", "leases", true},
		{"admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false},
	} {
		gvr := schema.GroupVersionResource{Group: k.group, Version: k.version, Resource: k.resource}
		a.Kinds = append(a.Kinds, fault.Kind{GroupVersionResource: gvr, Kind: k.kind, Namespaced: k.namespaced})
		lists[gvr] = k.kind + "List"
	}
	a.FakeDynamicClient = fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists)
	a.PrependReactor("patch", "*", a.apply)
	a.PrependReactor("create", "*", a.create)
	return a
}

// Refuse makes every write of objects of a name fail.
func (a *API) Refuse(name string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refuse[name] = err
}

func (a *API) refused(name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refuse[name]
}

// create lets the tracker do it, after a look at what is refused.
func (a *API) create(action ktesting.Action) (bool, runtime.Object, error) {
	o := action.(ktesting.CreateAction).GetObject().(*unstructured.Unstructured)
	if err := a.refused(o.GetName()); err != nil {
		return true, nil, err
	}
	settle(o)
	return false, nil, nil
}

// apply is server-side apply by a single manager: what the manifest says
// replaces what was there, but for maps of a ConfigMap, where managers differ.
func (a *API) apply(action ktesting.Action) (bool, runtime.Object, error) {
	p := action.(ktesting.PatchAction)
	if err := a.refused(p.GetName()); err != nil {
		return true, nil, err
	}
	if p.GetPatchType() != types.ApplyPatchType {
		return false, nil, nil
	}
	o := &unstructured.Unstructured{}
	if err := json.Unmarshal(p.GetPatch(), &o.Object); err != nil {
		return true, nil, err
	}
	settle(o)
	have, err := a.Tracker().Get(p.GetResource(), p.GetNamespace(), p.GetName())
	if apierrors.IsNotFound(err) {
		return true, o, a.Tracker().Create(p.GetResource(), o, p.GetNamespace())
	}
	if err != nil {
		return true, nil, err
	}
	was := have.(*unstructured.Unstructured)
	o.SetGeneration(was.GetGeneration() + 1)
	o.SetCreationTimestamp(was.GetCreationTimestamp())
	if data, ok := was.Object["data"].(map[string]any); ok && o.GetName() == fault.TrustMap {
		merged := maps.Clone(data)
		maps.Copy(merged, o.Object["data"].(map[string]any))
		o.Object["data"] = merged
	}
	return true, o, a.Tracker().Update(p.GetResource(), o, p.GetNamespace())
}

// Unpullable is an image that pods and Deployments wait for forever.
const Unpullable = "registry.example.invalid/app:1"

func stalls(o *unstructured.Unstructured, containers ...string) bool {
	list, _, _ := unstructured.NestedSlice(o.Object, containers...)
	for _, c := range list {
		if m, _ := c.(map[string]any); m["image"] == Unpullable {
			return true
		}
	}
	return false
}

func podStatus(o *unstructured.Unstructured) map[string]any {
	if stalls(o, "spec", "containers") {
		why := map[string]any{"reason": "ImagePullBackOff", "message": `Back-off pulling image "` + Unpullable + `"`}
		return map[string]any{"phase": "Pending", "containerStatuses": []any{map[string]any{"state": map[string]any{"waiting": why}}}}
	}
	return map[string]any{"phase": "Running", "conditions": []any{map[string]any{"type": "Ready", "status": "True"}}}
}

// settle gives an object the status that controllers would.
func settle(o *unstructured.Unstructured) {
	o.SetUID(types.UID("uid-" + o.GetName()))
	o.SetCreationTimestamp(metav1.Now())
	switch o.GetKind() {
	case "Deployment":
		if stalls(o, "spec", "template", "spec", "containers") {
			return
		}
		o.Object["status"] = map[string]any{"updatedReplicas": int64(1), "availableReplicas": int64(1), "observedGeneration": int64(1 << 30)}
	case "Pod":
		o.Object["status"] = podStatus(o)
	case "Service":
		o.Object["status"] = map[string]any{"loadBalancer": map[string]any{"ingress": []any{map[string]any{"ip": "192.0.2.1"}}}}
	}
}
