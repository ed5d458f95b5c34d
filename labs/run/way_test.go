package run

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/history"
)

// twoHops is a way over a sidecar and an egress gateway, where what is told of
// each hop names it. Broken is the layer that breaks at the second one.
func twoHops(s float64, broken labs.Layer) Observed {
	o := looked(s, labs.Fail, labs.Pass, "")
	first := o.Main.Hops[0]
	o.Main.Hops = nil
	for _, name := range []string{"sidecar", "egress"} {
		h := labs.Hop{Name: name, Proxy: labs.Object{Kind: "Pod", Namespace: "ns", Name: name + "-pod"}}
		for _, r := range first.Layers {
			r.Hop, r.Summary = name, name+"-"+string(r.Layer)
			r.Facts = map[string]any{"mode": name + "-mode"}
			if r.Layer == labs.LayerListener {
				r.Summary += "  " + name + "-mode   end"
			}
			if name == "egress" && r.Layer == broken {
				r.Verdict = labs.Broken
			}
			h.Layers = append(h.Layers, r)
		}
		o.Main.Hops = append(o.Main.Hops, h)
	}
	o.Main.Hops = append(o.Main.Hops, labs.Hop{Name: string(labs.RoleServer)})
	return o
}

func egressLab() *labs.Lab {
	lab := testLab()
	for step, at := range map[labs.Step]string{labs.StepEntry: "sidecar", labs.StepListeners: "egress", labs.StepTLS: "egress", labs.StepHosts: "sidecar", labs.StepDestination: "egress"} {
		plan := lab.Steps[step]
		plan.At = at
		lab.Steps[step] = plan
	}
	return lab
}

// TestWayTellsNoMoreThanWasVerified: before the diagnosis is complete the way
// has the hops that the steps ask about, whatever the request takes; a right
// verdict shows the mark, and the step's answer what it rests on.
func TestWayTellsNoMoreThanWasVerified(t *testing.T) {
	t.Parallel()
	s, _ := playLab(egressLab(), rec(history.Broken, 1), twoHops(2, labs.LayerListener))
	text := func() string {
		out, err := json.Marshal(s.view(at(3), place{}).Hops)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if got := text(); strings.Contains(got, "verdict") || strings.Contains(got, "-") || strings.Contains(got, "server") {
		t.Errorf("nothing was verified: %s", got)
	}
	short, _ := playLab(egressLab(), rec(history.Broken, 1), looked(2, labs.Fail, labs.Pass, labs.LayerRoute))
	if diff := cmp.Diff(s.view(at(3), place{}).Hops, short.view(at(3), place{}).Hops); diff != "" {
		t.Errorf("the hops tell how far the request gets: %s", diff)
	}
	s, _ = next(s, rec(history.Finding, 3, finding(labs.StepCapture, "UF", true)))
	s, _ = next(s, rec(history.Verdict, 3, verdict(labs.StepEntry, labs.Healthy, true)))
	s, _ = next(s, rec(history.Finding, 3, finding(labs.StepEntry, "1", true)))
	s, _ = next(s, rec(history.Verdict, 3, verdict(labs.StepListeners, labs.Broken, true)))
	got := text()
	for _, want := range []string{"sidecar-dns", "sidecar-entry", "sidecar-pod", `"layer":"listener","verdict":"broken"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s was verified, and is not in %s", want, got)
		}
	}
	for _, hidden := range []string{"egress-listener", "egress-pod", "egress-mode", "sidecar-route", "egress-tls", "server"} {
		if strings.Contains(got, hidden) {
			t.Errorf("%s is told before it was verified: %s", hidden, got)
		}
	}
	s, _ = next(s, rec(history.Finding, 4, finding(labs.StepListeners, "no", true)))
	if got := text(); !strings.Contains(got, "egress-listener") || !strings.Contains(got, "egress-pod") || strings.Contains(got, "mode") {
		t.Errorf("the step is done, and the mode is what the next one asks for: %s", got)
	}
	s, _ = next(s, rec(history.Verdict, 5, verdict(labs.StepTLS, labs.Healthy, true)))
	s, _ = next(s, rec(history.Finding, 5, finding(labs.StepTLS, "SIMPLE", true)))
	if got := text(); !strings.Contains(got, "egress-tls · egress-mode") {
		t.Errorf("the tls step is done: %s", got)
	}
}

// TestWayIsLiveAfterTheDiagnosis: all hops with all layers, each with what it
// was; a hop that the request does not get to any more stays.
func TestWayIsLiveAfterTheDiagnosis(t *testing.T) {
	t.Parallel()
	s, _ := playLab(egressLab(), append(diagnosis(), twoHops(3, labs.LayerListener))...)
	hops := s.view(at(4), place{}).Hops
	if len(hops) != 3 || len(hops[1].Layers) != 6 || hops[1].Layers[2].Verdict != labs.Broken || hops[2].Name != "server" {
		t.Fatalf("the whole way: %+v", hops)
	}
	s, _ = next(s, twoHops(5, labs.LayerTLS))
	hops = s.view(at(6), place{}).Hops
	want := labs.PathMark{Layer: labs.LayerListener, Verdict: labs.Healthy, Was: labs.Broken, Changed: at(5), Note: "egress-listener  egress-mode   end"}
	if diff := cmp.Diff(want, hops[1].Layers[2]); diff != "" {
		t.Errorf("it was red, and is green: %s", diff)
	}
	if tls := hops[1].Layers[3]; tls.Was != labs.Healthy || tls.Verdict != labs.Broken || hops[0].Layers[3].Was != "" {
		t.Errorf("it was green at the egress gateway, and is red: %+v", hops)
	}
	cut := twoHops(7, "")
	cut.Main.Hops = cut.Main.Hops[:1]
	cut.Main.Hops[0].Layers[4].Verdict = labs.Broken
	s, _ = next(s, cut)
	hops = s.view(at(8), place{}).Hops
	if len(hops) != 2 || !hops[1].Gone || hops[1].Name != "egress" || hops[1].Layers[2].Verdict != labs.OffPath {
		t.Errorf("the egress gateway is not reached any more: %+v", hops)
	}
	s, _ = next(s, twoHops(9, ""))
	if hops = s.view(at(9), place{}).Hops; len(hops) != 3 || hops[1].Gone {
		t.Errorf("it is reached again: %+v", hops)
	}
}
