package fault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/fault"
)

func plain(kind, ns, name string) map[string]any {
	meta := map[string]any{"name": name}
	if ns != "" {
		meta["namespace"] = ns
	}
	return map[string]any{"apiVersion": "v1", "kind": kind, "metadata": meta}
}

// shared is a cluster of other people's, in which the namespace shop may be
// ours.
func shared(t *testing.T) fixture {
	t.Helper()
	api := clustertest.NewAPI()
	f := fixture{t, api, fault.New(api, api.Kinds, time.Now, []string{"shop"})}
	f.make("namespaces", plain("Namespace", "", "theirs"))
	f.make("namespaces", plain("Namespace", "", "istio-system"))
	f.make("configmaps", plain("ConfigMap", "theirs", "precious"))
	f.make("secrets", plain("Secret", "istio-system", "precious"))
	return f
}

func (f fixture) make(resource string, o map[string]any) {
	f.Helper()
	u := &unstructured.Unstructured{Object: o}
	_, err := f.api.Resource(schema.GroupVersionResource{Version: "v1", Resource: resource}).Namespace(u.GetNamespace()).
		Create(f.Context(), u, metav1.CreateOptions{})
	f.must(err)
}

func applied(list ...map[string]any) labs.Change {
	c := labs.Change{}
	for _, o := range list {
		c.Objects = append(c.Objects, labs.Manifest{Object: o})
	}
	return c
}

func TestScopeIsNotLeft(t *testing.T) {
	t.Parallel()
	f := shared(t)
	lab := &labs.Lab{ID: "x"}
	secret := labs.Object{Kind: "Secret", Namespace: "istio-system", Name: "precious"}
	for name, c := range map[string]labs.Change{
		"apply":          applied(plain("ConfigMap", "theirs", "precious")),
		"namespace":      applied(plain("Namespace", "", "theirs")),
		"delete":         {Ops: []labs.Op{{Delete: &secret}}},
		"patch":          {Ops: []labs.Op{{Patch: &labs.Patch{Object: secret, Merge: map[string]any{"data": nil}}}}},
		"certificate":    {Ops: []labs.Op{{Certificate: &labs.Certificate{Secret: "istio-system/precious", Names: []string{"a"}}}}},
		"namespace gone": {Ops: []labs.Op{{Delete: &labs.Object{Kind: "Namespace", Name: "theirs"}}}},
	} {
		if err := f.engine.Apply(t.Context(), lab, c); !errors.Is(err, fault.ErrNotOurs) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f.get("Secret", "istio-system", "precious", "metadata") == nil || f.get("ConfigMap", "theirs", "precious", "metadata", "labels") != nil {
		t.Error("something of theirs was touched")
	}
}

func TestNamespaceOfTheSameNameIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := shared(t)
	f.make("namespaces", plain("Namespace", "", "shop"))
	err := f.engine.World(t.Context(), labs.World{Change: applied(plain("Namespace", "", "shop"))}, func(string) {})
	if !errors.Is(err, fault.ErrNotOurs) || !strings.Contains(err.Error(), "shop") {
		t.Errorf("got %v", err)
	}
	if f.get("Namespace", "", "shop", "metadata", "labels") != nil {
		t.Error("it bears our label now")
	}
}

// Reset knows nothing of what others did meanwhile; a survey does, but not of
// what was ours.
func TestOthersMayGoOnMeanwhile(t *testing.T) {
	t.Parallel()
	f := shared(t)
	ctx, lab := t.Context(), &labs.Lab{ID: "x", Base: applied(virtualService("a"))}
	before, err := f.engine.Survey(ctx)
	f.must(err)
	f.must(f.engine.World(ctx, labs.World{Change: applied(plain("Namespace", "", "shop"))}, func(string) {}))
	f.must(f.engine.Base(ctx, lab, "1", func(string) {}))
	f.make("configmaps", plain("ConfigMap", "shop", "notes"))
	f.make("services", plain("Service", "theirs", "new"))
	f.must(f.api.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}).Delete(ctx, "shop", metav1.DeleteOptions{}))
	r, err := f.engine.Clear(ctx)
	f.must(err)
	if r.Deleted != 2 || r.Created != 1 || f.get("Service", "theirs", "new", "metadata") == nil {
		t.Errorf("%+v", r)
	}
	after, err := f.engine.Survey(ctx)
	f.must(err)
	if got := before.Changes(after); len(got) != 1 || got[0] != "new: services./theirs/new" {
		t.Errorf("changes: %q", got)
	}
	if got := after.Changes(before); len(got) != 1 || got[0] != "gone: services./theirs/new" {
		t.Errorf("changes: %q", got)
	}
}

func TestImagesAreReplaced(t *testing.T) {
	t.Parallel()
	f := shared(t)
	f.engine.UseImages(map[string]string{"gatedrill/app:1": "registry.example.com/app:2"})
	pods := func(image string) map[string]any {
		return map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"image": image}}}}}
	}
	d := plain("Deployment", "shop", "a")
	d["apiVersion"], d["spec"] = "apps/v1", pods("gatedrill/app:1")
	f.must(f.engine.Apply(t.Context(), &labs.Lab{ID: "x"}, applied(d)))
	list := f.get("Deployment", "shop", "a", "spec", "template", "spec", "containers").([]any)
	if got := list[0].(map[string]any)["image"]; got != "registry.example.com/app:2" {
		t.Errorf("image %v", got)
	}
}

func TestWhatPodsWaitForIsSaid(t *testing.T) {
	t.Parallel()
	f := shared(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	d := plain("Deployment", "shop", "a")
	d["apiVersion"] = "apps/v1"
	containers := map[string]any{"containers": []any{map[string]any{"image": clustertest.Unpullable}}}
	d["spec"] = map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"app": "a"}}, "template": map[string]any{"spec": containers}}
	pod := plain("Pod", "shop", "a-1")
	pod["metadata"].(map[string]any)["labels"] = map[string]any{"app": "a"}
	pod["spec"] = containers
	f.make("pods", pod)
	err := f.engine.World(ctx, labs.World{Change: applied(d)}, func(string) {})
	if err == nil || !strings.Contains(err.Error(), "Pod shop/a-1: ImagePullBackOff: Back-off pulling image") {
		t.Errorf("got %v", err)
	}
}

// Workloads of labs that need names ask the resolver for them; others, and what
// is no workload, are left as they are.
func TestWorkloadsAskTheResolver(t *testing.T) {
	t.Parallel()
	f := shared(t)
	s := plain("Service", "shop", "resolver")
	s["apiVersion"], s["spec"] = "v1", map[string]any{"clusterIP": "10.96.0.53"}
	f.must(f.engine.Apply(t.Context(), &labs.Lab{ID: "x"}, applied(s)))
	f.engine.UseResolver(labs.Object{Kind: "Service", Namespace: "shop", Name: "resolver"})
	d := plain("Deployment", "shop", "a")
	d["apiVersion"] = "apps/v1"
	d["spec"] = map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"image": "i"}}}}}
	for want, lab := range map[string]*labs.Lab{
		"":                                  {ID: "x"},
		"10.96.0.53 shop.svc.cluster.local": {ID: "x", Requires: []string{"names"}},
	} {
		f.must(f.engine.Apply(t.Context(), lab, applied(d, s)))
		got := ""
		if c, ok := f.get("Deployment", "shop", "a", "spec", "template", "spec", "dnsConfig").(map[string]any); ok {
			got = fmt.Sprint(c["nameservers"].([]any)[0], " ", c["searches"].([]any)[0])
		}
		if got != want {
			t.Errorf("requires %q: asks %q, want %q", lab.Requires, got, want)
		}
		f.must(f.engine.Apply(t.Context(), lab, labs.Change{Ops: []labs.Op{{Delete: &labs.Object{Kind: "Deployment", Namespace: "shop", Name: "a"}}}}))
	}
}
