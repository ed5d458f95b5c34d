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
