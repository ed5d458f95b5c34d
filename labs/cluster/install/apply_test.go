package install

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/fake"
	k8stesting "k8s.io/client-go/testing"
)

// newFake is an API that answers applies without doing them.
func newFake(objs ...runtime.Object) (*client, *fake.FakeDynamicClient) {
	lists := map[schema.GroupVersionResource]string{}
	for _, k := range []string{"Namespace", "CustomResourceDefinition", "Pod", "ConfigMap", "Deployment"} {
		r, _, _ := kinds(k)
		lists[r] = k + "List"
	}
	f := fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists, objs...)
	return &client{dyn: f}, f
}

func object(apiVersion, kind, name string, status map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": apiVersion, "kind": kind, "status": status,
		"metadata": map[string]any{"name": name, "namespace": Namespace, "labels": map[string]any{"app": "istiod"}},
	}}
}

func pod(name, ready, startedAt string) *unstructured.Unstructured {
	return object("v1", "Pod", name, map[string]any{
		"conditions":        []any{map[string]any{"type": "Ready", "status": ready}},
		"containerStatuses": []any{map[string]any{"state": map[string]any{"running": map[string]any{"startedAt": startedAt}}}},
	})
}

func TestReadyDoesNotBelieveYesterday(t *testing.T) {
	since := time.Date(2026, 1, 2, 10, 0, 0, 700_000_000, time.UTC)
	for _, c := range []struct {
		name           string
		ready, started string
		want           bool
	}{
		{"started after", "True", "2026-01-02T10:00:05Z", true},
		{"started in the same second", "True", "2026-01-02T10:00:00Z", true},
		{"left over", "True", "2026-01-01T22:00:00Z", false},
		{"not ready", "False", "2026-01-02T10:00:05Z", false},
	} {
		if got := ready(pod("istiod-1", c.ready, c.started), since); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestPodsReadyNamesWhatItWaitsFor(t *testing.T) {
	stuck := object("v1", "Pod", "istiod-1", map[string]any{
		"phase":             "Pending",
		"containerStatuses": []any{map[string]any{"state": map[string]any{"waiting": map[string]any{"reason": "ErrImagePull"}}}},
	})
	c, _ := newFake(stuck)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := c.podsReady(ctx, istiodPods, time.Time{}, silent(t))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "istiod-1 (ErrImagePull)") {
		t.Fatalf("got %v", err)
	}
}

func TestPodsReadyFollowsTheWatch(t *testing.T) {
	c, f := newFake(pod("istiod-1", "False", "2026-01-02T10:00:05Z"))
	done := make(chan error, 1)
	go func() { done <- c.podsReady(t.Context(), istiodPods, time.Time{}, silent(t)) }()
	for { // the fake's watch starts at no resource version: change it once it is there
		if acts := f.Actions(); len(acts) > 0 && acts[len(acts)-1].Matches("watch", "pods") {
			break
		}
		time.Sleep(time.Millisecond)
	}
	r, _, _ := kinds("Pod")
	if err := f.Tracker().Update(r, pod("istiod-1", "True", "2026-01-02T10:00:05Z"), Namespace); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestCurrent(t *testing.T) {
	s := &set{hash: "h1"}
	rec := object("v1", "ConfigMap", record, nil)
	rec.Object["data"] = map[string]any{"hash": "h1"}
	istiod, ingress := object("apps/v1", "Deployment", "istiod", nil), object("apps/v1", "Deployment", "istio-ingressgateway", nil)
	for _, c := range []struct {
		name string
		hash string
		objs []runtime.Object
		want bool
	}{
		{"nothing there", "h1", nil, false},
		{"the same", "h1", []runtime.Object{rec, istiod, ingress}, true},
		{"other settings", "h2", []runtime.Object{rec, istiod, ingress}, false},
		{"gateway deleted", "h1", []runtime.Object{rec, istiod}, false},
	} {
		cl, _ := newFake(c.objs...)
		s.hash = c.hash
		got, err := cl.current(t.Context(), s)
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
}

func TestApplyJoinsErrorsAndPutsDeploymentsLast(t *testing.T) {
	c, f := newFake()
	var order []string
	f.PrependReactor("patch", "*", func(a k8stesting.Action) (bool, runtime.Object, error) {
		p := a.(k8stesting.PatchAction)
		order = append(order, p.GetResource().Resource)
		return true, &unstructured.Unstructured{}, nil
	})
	objs := []*unstructured.Unstructured{object("apps/v1", "Deployment", "istiod", nil), object("v1", "ConfigMap", "istio", nil)}
	if err := c.applyAll(t.Context(), objs); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "configmaps deployments" {
		t.Errorf("applied in the order %q", got)
	}
	f.PrependReactor("patch", "*", func(k8stesting.Action) (bool, runtime.Object, error) {
		return true, nil, errors.New("no")
	})
	err := c.applyAll(t.Context(), objs[1:])
	if err == nil || !strings.Contains(err.Error(), "apply ConfigMap istio-system/istio: no") {
		t.Errorf("got %v", err)
	}
}
