package fault_test

import (
	"crypto/x509"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gatedrill/gatedrill/labs"
)

func TestInstallAndSweep(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	ctx := t.Context()
	f.must(f.engine.Keep(ctx, "before"))

	home := map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{
		"name": "drill-a", "labels": map[string]any{"istio-injection": "enabled"}, "annotations": map[string]any{"a": "b"},
	}}
	pair := labs.Certificate{Secret: "drill-a/cert", Names: []string{"shop.example.com"}, CA: "partner", Usage: "client"}
	trust := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "trust", "namespace": "drill-a"},
		"data": map[string]any{"ca.crt": "${CA:partner}"}}
	lab := &labs.Lab{ID: "a"}
	f.must(f.engine.Install(ctx, lab, []labs.Certificate{pair}, labs.Change{
		Objects: []labs.Manifest{{Object: home}, {Object: trust}, {Object: virtualService("shop.example.com")}},
		Ops: []labs.Op{{Patch: &labs.Patch{Object: labs.Object{Kind: "Service", Namespace: "istio-system", Name: "istio-ingressgateway"},
			Merge: map[string]any{"spec": map[string]any{"selector": map[string]any{"istio": "x"}}}}}},
	}))
	got, err := f.engine.Pair(ctx, "drill-a", "cert")
	f.must(err)
	if len(got.Certificate) != 2 || !slices.Equal(got.Leaf.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) {
		t.Errorf("the certificate in the new namespace: %d in the chain, for %v", len(got.Certificate), got.Leaf.ExtKeyUsage)
	}
	authorities, err := f.engine.Trust(ctx)
	f.must(err)
	if root := f.get("ConfigMap", "drill-a", "trust", "data", "ca.crt"); root != authorities["partner"] {
		t.Errorf("${CA:partner} became %v", root)
	}
	service := labs.Object{Kind: "Service", Namespace: "istio-system", Name: "istio-ingressgateway"}
	if has, err := f.engine.Exists(ctx, service); !has || err != nil {
		t.Errorf("%s exists: %v, %v", service, has, err)
	}

	f.must(f.engine.Sweep(ctx, "before"))
	if got := f.get("Service", "istio-system", "istio-ingressgateway", "spec", "selector", "istio"); got != "ingressgateway" {
		t.Errorf("the Service selects %v after the sweep", got)
	}
	for _, o := range []labs.Object{{Kind: "VirtualService", Namespace: "shop", Name: "shop"}, {Kind: "Secret", Namespace: "drill-a", Name: "cert"}} {
		if has, err := f.engine.Exists(ctx, o); has || err != nil {
			t.Errorf("%s exists after the sweep: %v, %v", o, has, err)
		}
	}
	if labels := f.get("Namespace", "", "drill-a", "metadata", "labels", "istio-injection"); labels != nil {
		t.Errorf("the namespace that was emptied still has its label: %v", labels)
	}
	f.must(f.engine.Install(ctx, lab, nil, labs.Change{Objects: []labs.Manifest{{Object: home}}}))
	if labels := f.get("Namespace", "", "drill-a", "metadata", "labels", "istio-injection"); labels != "enabled" {
		t.Errorf("the namespace that is used again has label %v", labels)
	}
	f.must(f.engine.Sweep(ctx, "before"))
	if _, err := f.engine.Pair(ctx, "drill-a", "cert"); err == nil {
		t.Error("a certificate was read out of a Secret that is gone")
	}
}

// TestSweepDoesNotWait: what is being deleted may take its time.
func TestSweepDoesNotWait(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	ctx := t.Context()
	f.must(f.engine.Keep(ctx, "before"))
	slow := virtualService("shop.example.com")
	slow["metadata"].(map[string]any)["deletionTimestamp"] = metav1.Now().UTC().Format("2006-01-02T15:04:05Z")
	slow["metadata"].(map[string]any)["finalizers"] = []any{"example.com/slow"}
	f.must(f.engine.Install(ctx, &labs.Lab{ID: "a"}, nil, labs.Change{Objects: []labs.Manifest{{Object: slow}}}))
	f.must(f.engine.Sweep(ctx, "before"))
	if has, err := f.engine.Exists(ctx, labs.Object{Kind: "VirtualService", Namespace: "shop", Name: "shop"}); !has || err != nil {
		t.Errorf("the test proves nothing: the object is gone (%v, %v)", has, err)
	}
}
