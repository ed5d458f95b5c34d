package run

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

func TestTroubleNamesAnAPIThatDoesNotAnswer(t *testing.T) {
	const why = "watch: dial unix /x/api.sock: connect: connection refused"
	s := snapshot.Snapshot{Missing: map[string]string{"Deployment": why, "Service": why, "Pod": why}}
	got := trouble(&labs.Lab{}, nil, s)
	if !strings.Contains(got, "API does not answer (connection refused)") || !strings.Contains(got, "gatedrill cluster up") {
		t.Errorf("%q", got)
	}
	delete(s.Missing, "Service")
	if got := trouble(&labs.Lab{}, nil, s); got != "" {
		t.Errorf("one kind alone is no trouble of the API: %q", got)
	}
}

func TestTroubleNamesNamespacesThatAreGone(t *testing.T) {
	object := func(kind, ns, name string) labs.Manifest {
		return labs.Manifest{Object: map[string]any{"kind": kind, "metadata": map[string]any{"namespace": ns, "name": name}}}
	}
	world := labs.World{Change: labs.Change{Objects: []labs.Manifest{object("Namespace", "", "shop"), object("ConfigMap", "internet", "zone")}}}
	lab := &labs.Lab{
		Base:  labs.Change{Objects: []labs.Manifest{object("Service", "orders", "orders"), object("Namespace", "", "spare")}},
		Fault: labs.Change{Ops: []labs.Op{{Delete: &labs.Object{Kind: "Namespace", Name: "spare"}}}},
	}
	homes := homesOf(world, lab)
	s := snapshot.Snapshot{Objects: []snapshot.Object{object("Namespace", "", "shop").Object, object("Namespace", "", "internet").Object, object("Namespace", "", "orders").Object}}
	if got := trouble(lab, homes, s); got != "" {
		t.Errorf("all are there: %q", got)
	}
	s.Objects[1]["metadata"].(map[string]any)["deletionTimestamp"] = "2026-11-25T12:00:00Z"
	s.Objects = s.Objects[1:]
	if got := trouble(lab, homes, s); !strings.Contains(got, "Namespace internet, shop is gone") || !strings.Contains(got, "Reset the lab") {
		t.Errorf("two are gone: %q", got)
	}
	s.Missing = map[string]string{"Namespace": "forbidden"}
	if got := trouble(lab, homes, s); got != "" {
		t.Errorf("what cannot be seen is not gone: %q", got)
	}
}

// A Deployment that the lab's fault breaks is for the learner to find.
func TestTroubleKeepsTheSecret(t *testing.T) {
	object := func(name string, available any) snapshot.Object {
		return snapshot.Object{"kind": "Deployment", "metadata": map[string]any{"namespace": "istio-system", "name": name},
			"status": map[string]any{"availableReplicas": available}}
	}
	patched := func(name string) labs.Change {
		return labs.Change{Ops: []labs.Op{{Patch: &labs.Patch{Object: labs.Object{Kind: "Deployment", Namespace: "istio-system", Name: name}}}}}
	}
	healthy := []snapshot.Object{object("istiod", int64(1)), object("istio-ingressgateway", int64(1))}
	noGateway := []snapshot.Object{healthy[0], object("istio-ingressgateway", int64(0))}
	noIstiod := []snapshot.Object{healthy[1]}
	for _, c := range []struct {
		name    string
		lab     labs.Lab
		objects []snapshot.Object
		want    string
	}{
		{"all is well", labs.Lab{}, healthy, ""},
		{"the gateway fell over by itself", labs.Lab{Breaks: []labs.Step{labs.StepHosts}}, noGateway, "istio-ingressgateway has no ready pod"},
		{"the lab breaks the entry", labs.Lab{Breaks: []labs.Step{labs.StepEntry}}, noGateway, ""},
		{"the fault changes the gateway's Deployment", labs.Lab{Breaks: []labs.Step{labs.StepTLS}, Fault: patched("istio-ingressgateway")}, noGateway, ""},
		{"istiod was deleted", labs.Lab{Breaks: []labs.Step{labs.StepEntry}}, noIstiod, "istiod is gone"},
		{"the fault deletes istiod", labs.Lab{Fault: patched("istiod")}, noIstiod, ""},
	} {
		got := trouble(&c.lab, nil, snapshot.Snapshot{Objects: c.objects})
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
