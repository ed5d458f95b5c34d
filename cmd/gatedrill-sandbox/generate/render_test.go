package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"istio.io/istio/operator/pkg/values"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs/cluster/install"
)

// inModule is the root module's directory, seen from this package.
const inModule = "../../.."

func TestManifestsAreCurrent(t *testing.T) {
	files, err := render()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(inModule, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the modules give now: run make generate", name)
		}
	}
	there, err := filepath.Glob(filepath.Join(inModule, manifests, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range there {
		if files[manifests+filepath.Base(p)] == nil {
			t.Errorf("%s is not generated: delete it", p)
		}
	}
}

// stock are chart values that say what install.StockEnvoy says.
const stock = `
spec:
  values:
    global: {hub: istio, tag: 1.31.0}
    pilot: {env: {PILOT_ENABLE_METADATA_EXCHANGE: "false", PILOT_ENABLE_ALPN_FILTER: "false"}}
    telemetry: {enabled: false, v2: {enabled: false}}
`

// The profile is laid over rendered manifests; the charts would have done the
// same with values.
func TestStockEnvoyProfileIsWhatTheChartsWouldRender(t *testing.T) {
	vals, err := values.MapFromYaml([]byte(settings))
	if err != nil {
		t.Fatal(err)
	}
	over, err := values.MapFromYaml([]byte(stock))
	if err != nil {
		t.Fatal(err)
	}
	vals.MergeFrom(over)
	want, err := chart("istiod", "istio-control/istio-discovery", vals)
	if err != nil {
		t.Fatal(err)
	}
	got, err := install.Objects(install.Options{Profile: install.StockEnvoy("istio", "1.31.0")})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range want {
		found := false
		for _, g := range got {
			if g.GetKind() != w.GetKind() || g.GetName() != w.GetName() {
				continue
			}
			found = true
			if w.GetName() == "istio" && w.GetKind() == "ConfigMap" {
				sameMesh(t, g.Object, w.Object)
				continue
			}
			if w.GetKind() == "ConfigMap" && (w.GetName() == "values" || w.GetName() == "istio-sidecar-injector") {
				continue // they record the values that were given
			}
			if w.GetKind() == "Deployment" {
				sortEnv(g.Object)
				sortEnv(w.Object)
			}
			if d := cmp.Diff(w.Object, g.Object); d != "" {
				t.Errorf("%s %s (-chart +profile):\n%s", w.GetKind(), w.GetName(), d)
			}
		}
		if !found {
			t.Errorf("%s %s is not installed", w.GetKind(), w.GetName())
		}
	}
}

func sameMesh(t *testing.T, got, want map[string]any) {
	t.Helper()
	read := func(o map[string]any) map[string]any {
		mesh := map[string]any{}
		data, _ := o["data"].(map[string]any)
		text, _ := data["mesh"].(string)
		if err := yaml.Unmarshal([]byte(text), &mesh); err != nil {
			t.Fatal(err)
		}
		return mesh
	}
	if d := cmp.Diff(read(want), read(got)); d != "" {
		t.Errorf("mesh configuration (-chart +profile):\n%s", d)
	}
}

func sortEnv(deploy map[string]any) {
	cs, _, _ := unstructured.NestedSlice(deploy, "spec", "template", "spec", "containers")
	env := cs[0].(map[string]any)["env"].([]any)
	slices.SortFunc(env, func(a, b any) int {
		return strings.Compare(a.(map[string]any)["name"].(string), b.(map[string]any)["name"].(string))
	})
	_ = unstructured.SetNestedSlice(deploy, cs, "spec", "template", "spec", "containers")
}
