package accuracy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/accuracy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// variant judges a recorded case after a change of what was observed.
func variant(t *testing.T, id string, change func(*snapshot.Snapshot)) accuracy.Result {
	t.Helper()
	dir := os.DirFS("cases")
	cases, _ := accuracy.Load(dir)
	for _, c := range cases {
		if c.ID != id {
			continue
		}
		r, err := accuracy.Replay(dir, c, func(q labs.Request, s snapshot.Snapshot) labs.Path {
			change(&s)
			return trace.Trace(q, s)
		})
		if err != nil || r.Problem != "" {
			t.Fatalf("%s: %v %s", id, err, r.Problem)
		}
		return r
	}
	t.Fatalf("no case %s", id)
	return accuracy.Result{}
}

// TestTrialListenerSets: ListenerSets of the Gateway API's trial channel, which
// have a kind and a group of their own, are judged as the others.
func TestTrialListenerSets(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"d4-listenerset", "d4-listenerset-not-allowed"} {
		sets := 0
		r := variant(t, id, func(s *snapshot.Snapshot) {
			text, err := json.Marshal(s.Objects)
			if err != nil {
				t.Fatal(err)
			}
			sets = bytes.Count(text, []byte(`"ListenerSet"`))
			text = bytes.ReplaceAll(text, []byte(`"kind":"ListenerSet"`), []byte(`"kind":"XListenerSet","group":"gateway.networking.x-k8s.io"`))
			s.Objects = nil
			if err := json.Unmarshal(text, &s.Objects); err != nil {
				t.Fatal(err)
			}
			for _, o := range s.Objects {
				if o.Kind() == "XListenerSet" {
					o["apiVersion"] = "gateway.networking.x-k8s.io/v1alpha1"
				}
			}
		})
		if m := r.Case.Judge(r.Told); sets == 0 || !m.Layer || !m.Object {
			t.Errorf("%s: told %s (of %d ListenerSets)", id, r.Told, sets)
		}
	}
}

// TestWaypointTree: a waypoint picks its filter chain by the Service's address
// and port. One that has another address in its tree has nothing for it.
func TestWaypointTree(t *testing.T) {
	t.Parallel()
	const id = "w1-by-the-waypoint"
	listener := func(r accuracy.Result) labs.LayerReport {
		for _, h := range r.Path.Hops {
			if h.Role == labs.RoleWaypoint {
				return h.Layers[2]
			}
		}
		t.Fatal("no waypoint")
		return labs.LayerReport{}
	}
	asIs := listener(variant(t, id, func(*snapshot.Snapshot) {}))
	if asIs.Verdict != labs.Healthy || !strings.Contains(asIs.Summary, "inbound-vip|80|http|") {
		t.Errorf("as it is: %s %s", asIs.Verdict, asIs.Summary)
	}
	moved := listener(variant(t, id, func(s *snapshot.Snapshot) {
		for _, o := range s.Objects {
			if spec, ok := o["spec"].(map[string]any); ok && o.Kind() == "Service" && o.Name() == "postal" {
				spec["clusterIP"], spec["clusterIPs"] = "10.96.255.1", []any{"10.96.255.1"}
			}
		}
	}))
	if moved.Verdict == labs.Healthy || !strings.Contains(moved.Summary, "nothing for Service drill-w1/postal") {
		t.Errorf("of another address: %s %s", moved.Verdict, moved.Summary)
	}
}
