package labs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFootprint(t *testing.T) {
	t.Parallel()
	object := func(kind, ns, name string) Manifest {
		meta := map[string]any{"name": name}
		if ns != "" {
			meta["namespace"] = ns
		}
		return Manifest{Object: map[string]any{"kind": kind, "metadata": meta}}
	}
	lab := Lab{
		Certificates: []Certificate{{Secret: "istio-system/cert"}, {Client: "friend"}},
		Base:         Change{Objects: []Manifest{object("Namespace", "", "own"), object("Service", "own", "a")}},
		Fault: Change{Ops: []Op{
			{Delete: &Object{Kind: "Namespace", Name: "world"}}, {Restart: &Object{Kind: "Deployment", Namespace: "istio-system", Name: "d"}},
			{Certificate: &Certificate{Secret: "own/cert"}},
		}},
		Solutions: []Change{{Ops: []Op{{Patch: &Patch{Object: Object{Kind: "Service", Namespace: "theirs", Name: "s"}}}}}},
		Shortcuts: []Shortcut{{Change: Change{Ops: []Op{{Apply: []Manifest{object("Namespace", "", "short"), object("GatewayClass", "", "c")}}}}}},
	}
	f := FootprintOf([]Lab{lab}, World{Change: Change{Objects: []Manifest{object("Namespace", "", "world")}}})
	want := Footprint{Namespaces: []string{"own", "short", "world"}, ClusterWide: []Object{{Kind: "GatewayClass", Name: "c"}}}
	if d := cmp.Diff(want, f); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	out := lab.Beyond(f.Namespaces)
	wantOut := []Object{{"", "Deployment", "istio-system", "d"}, {"", "GatewayClass", "", "c"}, {"", "Secret", "istio-system", "cert"}, {"", "Service", "theirs", "s"}}
	if d := cmp.Diff(wantOut, out); d != "" {
		t.Errorf("outside (-want +got):\n%s", d)
	}
}
