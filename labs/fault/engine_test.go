package fault_test

import (
	"context"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

const worldFiles = `
-- world/world.yaml
apiVersion: gatedrill/v1
certificates:
  - {secret: shop/world-cert, names: [a.example.com]}
-- world/base/all.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: public-dns, namespace: drill-internet}
data: {zone: "shop.example.com. 60 IN A ${GATEWAY_IP}"}
---
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec: {selector: {istio: ingressgateway}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec: {replicas: 1}
`

// files reads "-- name" sections.
func files(text string) fstest.MapFS {
	out := fstest.MapFS{}
	for _, part := range strings.Split(text, "\n-- ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		out[name] = &fstest.MapFile{Data: []byte(body + "\n")}
	}
	return out
}

func virtualService(host string) map[string]any {
	return map[string]any{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
		"metadata": map[string]any{"name": "shop", "namespace": "shop"}, "spec": map[string]any{"hosts": []any{host}}}
}

func testLab() *labs.Lab {
	return &labs.Lab{
		ID:           "typo",
		Certificates: []labs.Certificate{{Secret: "istio-system/shop-cert", Names: []string{"shop.example.com"}, Chain: "leaf"}},
		Base:         labs.Change{Objects: []labs.Manifest{{Object: virtualService("shop.example.com")}}},
		Fault: labs.Change{Ops: []labs.Op{
			{Patch: &labs.Patch{Object: labs.Object{Kind: "VirtualService", Namespace: "shop", Name: "shop"},
				Merge: map[string]any{"spec": map[string]any{"hosts": []any{"shop.exmaple.com"}}}}},
			{Delete: &labs.Object{Kind: "Secret", Namespace: "istio-system", Name: "shop-cert"}},
			{Patch: &labs.Patch{Object: labs.Object{Kind: "Service", Namespace: "istio-system", Name: "istio-ingressgateway"},
				JSON: []any{map[string]any{"op": "replace", "path": "/spec/selector/istio", "value": "x"}}}},
		}},
	}
}

type fixture struct {
	*testing.T
	api    *clustertest.API
	engine *fault.Engine
}

func setUp(t *testing.T) fixture {
	t.Helper()
	api := clustertest.NewAPI()
	f := fixture{t, api, fault.New(api, api.Kinds, time.Now, nil)}
	shared, problems := labfile.LoadShared(labfile.Folder{FS: files(worldFiles)})
	w := shared.World
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if err := f.engine.World(t.Context(), w, func(string) {}); err != nil {
		t.Fatal(err)
	}
	return f
}

// get returns a field of an object, or nil.
func (f fixture) get(kind, ns, name string, path ...string) any {
	f.Helper()
	for _, k := range f.api.Kinds {
		if k.Kind != kind {
			continue
		}
		o, err := f.api.Resource(k.GroupVersionResource).Namespace(ns).Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return nil
		}
		v, _, _ := unstructured.NestedFieldNoCopy(o.Object, path...)
		return v
	}
	f.Fatalf("no kind %s", kind)
	return nil
}

func (f fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func TestWholeWay(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	ctx, lab := t.Context(), testLab()
	if zone := f.get("ConfigMap", "drill-internet", "public-dns", "data", "zone"); zone != "shop.example.com. 60 IN A 192.0.2.1" {
		t.Errorf("the gateway's address was not filled in: %v", zone)
	}
	if _, err := f.engine.Marked(ctx); !errors.Is(err, fault.ErrNoLab) {
		t.Errorf("a lab is in an untouched cluster: %v", err)
	}
	if _, err := f.engine.Clear(ctx); !errors.Is(err, fault.ErrNoLab) {
		t.Errorf("cleared a cluster that never held a lab: %v", err)
	}
	f.must(f.engine.Base(ctx, lab, "1", func(string) {}))
	cert := f.get("Secret", "istio-system", "shop-cert", "data", "tls.crt")
	f.must(f.engine.Break(ctx, lab, "1"))
	if got := f.get("VirtualService", "shop", "shop", "spec", "hosts").([]any)[0]; got != "shop.exmaple.com" {
		t.Errorf("the fault is not in: %v", got)
	}
	if f.get("Secret", "istio-system", "shop-cert", "data") != nil {
		t.Error("the Secret is still there")
	}
	if m, err := f.engine.Marked(ctx); err != nil || m != (fault.Mark{Lab: "typo", Attempt: "1", Stage: fault.StageBroken}) {
		t.Errorf("mark: %+v %v", m, err)
	}
	f.learner()
	r, err := f.engine.Mend(ctx)
	f.must(err)
	if r.Deleted != 1 || r.Created != 2 || r.Restored != 2 {
		t.Errorf("mended: %+v", r)
	}
	if got := f.get("Secret", "istio-system", "shop-cert", "data", "tls.crt"); got != cert {
		t.Error("the certificate is not the one of the base")
	}
	if got := f.get("Service", "istio-system", "istio-ingressgateway", "spec", "selector", "istio"); got != "ingressgateway" {
		t.Errorf("a shared object was not put back: %v", got)
	}
	r, err = f.engine.Clear(ctx)
	f.must(err)
	if r.Deleted != 2 || f.get("VirtualService", "shop", "shop", "spec") != nil {
		t.Errorf("the lab is still there: %+v", r)
	}
	if _, err := f.engine.Marked(ctx); !errors.Is(err, fault.ErrNoLab) {
		t.Errorf("the mark is still there: %v", err)
	}
}

// learner does what nobody asked for: makes an object, deletes a shared one.
func (f fixture) learner() {
	f.Helper()
	for _, k := range f.api.Kinds {
		r := f.api.Resource(k.GroupVersionResource)
		switch k.Kind {
		case "ConfigMap":
			_, err := r.Namespace("default").Create(f.Context(), &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "notes", "namespace": "default"}}}, metav1.CreateOptions{})
			f.must(err)
		case "Deployment":
			f.must(r.Namespace("shop").Delete(f.Context(), "shop", metav1.DeleteOptions{}))
		}
	}
}

func TestRefusedFault(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	ctx, lab := t.Context(), testLab()
	f.must(f.engine.Base(ctx, lab, "1", func(string) {}))
	f.api.Refuse("shop", errors.New("admission webhook says no"))
	err := f.engine.Break(ctx, lab, "1")
	if err == nil || !strings.Contains(err.Error(), "patch VirtualService shop/shop: admission webhook says no") {
		t.Errorf("the refusal is not named: %v", err)
	}
	f.api.Refuse("shop", nil)
	if _, err := f.engine.Clear(ctx); err != nil {
		t.Errorf("reset after a refusal: %v", err)
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	ctx := t.Context()
	trust, err := f.engine.Trust(ctx)
	f.must(err)
	if b, _ := pem.Decode([]byte(trust[fault.PublicCA])); b == nil {
		t.Errorf("no public CA: %v", trust)
	}
	lab := &labs.Lab{ID: "c", Certificates: []labs.Certificate{
		{Secret: "shop/mutual", Names: []string{"m.example.com"}, Holds: []string{"tls.crt", "tls.key", "ca.crt"}, ClientCA: "partner"},
		{Client: "friend", Names: []string{"friend"}, CA: "partner"},
	}}
	f.must(f.engine.Base(ctx, lab, "1", func(string) {}))
	trust, err = f.engine.Trust(ctx)
	f.must(err)
	if len(trust) != 2 {
		t.Errorf("CAs: %d", len(trust))
	}
	if f.get("Secret", "shop", "mutual", "data", "ca.crt") == nil || f.get("Secret", fault.Namespace, fault.ClientSecret+"friend", "data", "tls.key") == nil {
		t.Error("a Secret lacks a key")
	}
	roots, clients, err := f.engine.Identities(ctx, lab)
	f.must(err)
	if len(roots) != 2 || len(clients["friend"].Certificate) != 2 {
		t.Errorf("identities: %d CAs, client's chain of %d", len(roots), len(clients["friend"].Certificate))
	}
	first := f.get("Secret", "shop", "world-cert", "data", "tls.crt")
	shared, _ := labfile.LoadShared(labfile.Folder{FS: files(worldFiles)})
	w := shared.World
	f.must(f.engine.World(ctx, w, func(string) {}))
	if f.get("Secret", "shop", "world-cert", "data", "tls.crt") != first {
		t.Error("a certificate that would do was issued anew")
	}
}

// Whoever deletes what clients trust, or writes another root into it, gets the
// roots back with the next lab.
func TestTrustThatWasDeleted(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	ctx := t.Context()
	lab := &labs.Lab{ID: "c", Certificates: []labs.Certificate{{Secret: "shop/inner", Names: []string{"m.example.com"}, CA: "inner"}}}
	before, _, err := f.engine.Identities(ctx, lab)
	f.must(err)
	config := f.api.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(fault.Namespace)
	for name, spoil := range map[string]func() error{
		"deleted": func() error { return config.Delete(ctx, fault.TrustMap, metav1.DeleteOptions{}) },
		"another root": func() error {
			_, err := config.Patch(ctx, fault.TrustMap, types.MergePatchType, []byte(`{"data":{"inner":"mine"}}`), metav1.PatchOptions{})
			return err
		},
	} {
		f.must(spoil())
		after, _, err := f.engine.Identities(ctx, lab)
		f.must(err)
		if d := cmp.Diff(before, after); d != "" || len(after) != 2 {
			t.Errorf("%s: %d roots, %s", name, len(after), d)
		}
	}
}

func TestAmbiguousKind(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	lab := &labs.Lab{ID: "x"}
	err := f.engine.Apply(t.Context(), lab, labs.Change{Ops: []labs.Op{{Delete: &labs.Object{Kind: "Gateway", Namespace: "a", Name: "b"}}}})
	if err == nil || !strings.Contains(err.Error(), "write Kind.group") {
		t.Error(err)
	}
}

func TestRecreate(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	ctx := t.Context()
	lab := testLab()
	f.must(f.engine.Base(ctx, lab, "one", func(string) {}))
	spec := f.get("VirtualService", "shop", "shop", "spec")
	again := labs.Op{Recreate: &labs.Object{Kind: "VirtualService", Namespace: "shop", Name: "shop"}}
	f.must(f.engine.Apply(ctx, lab, labs.Change{Ops: []labs.Op{again}}))
	var verbs []string
	for _, a := range f.api.Actions() {
		if a.GetResource().Resource == "virtualservices" && a.GetVerb() != "get" {
			verbs = append(verbs, a.GetVerb())
		}
	}
	if last := verbs[len(verbs)-2:]; last[0] != "delete" || last[1] != "create" {
		t.Errorf("done: %v, want a delete and a create at last", verbs)
	}
	if diff := cmp.Diff(spec, f.get("VirtualService", "shop", "shop", "spec")); diff != "" {
		t.Errorf("spec (-was +now):\n%s", diff)
	}
	gone := labs.Op{Recreate: &labs.Object{Kind: "VirtualService", Namespace: "shop", Name: "nobody"}}
	if err := f.engine.Apply(ctx, lab, labs.Change{Ops: []labs.Op{gone}}); err == nil {
		t.Error("one that is not there was made again")
	}
}
