package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

// TestClientOfAnyKind: the client is found by what made its pods.
func TestClientOfAnyKind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ from, owner, found string }{
		{"mesh/client", "StatefulSet client", "StatefulSet mesh/client"},
		{"mesh/client", "DaemonSet client", "DaemonSet mesh/client"},
		{"mesh/job/client", "Job client", "Job mesh/client"},
		{"mesh/client-1", "StatefulSet client", "Pod mesh/client-1"},
		{"mesh/deployment/client", "StatefulSet client", ""},
		{"mesh/nobody", "StatefulSet client", ""},
	} {
		e := newEgress(t)
		e.drop("Deployment", "mesh", "client")
		kind, name, _ := strings.Cut(tt.owner, " ")
		for _, o := range e.snap.Objects {
			if o.Kind() == "Pod" && o.Name() == "client-1" {
				o["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{"apiVersion": "apps/v1", "kind": kind, "name": name}}
			}
		}
		e.request.From = tt.from
		p := e.trace()
		entry := p.Hops[0].Layers[1]
		if tt.found == "" {
			if entry.Verdict != labs.Unknown || !strings.Contains(entry.Summary, "no running pod") {
				t.Errorf("%s of %s: %s %s", tt.from, tt.owner, entry.Verdict, entry.Summary)
			}
			continue
		}
		if strings.Trim(marks(p), "h-") != "" || fmt.Sprint(entry.Objects) != "["+tt.found+"]" {
			t.Errorf("%s of %s: %s, %v", tt.from, tt.owner, marks(p), entry.Objects)
		}
	}
	e := newEgress(t)
	e.snap.Missing["Pod"] = "forbidden"
	e.request.From = "mesh/nobody"
	if entry := e.trace().Hops[0].Layers[1]; entry.Verdict != labs.Unknown || !strings.Contains(entry.Summary, "forbidden") {
		t.Errorf("pods not looked at: %s %s", entry.Verdict, entry.Summary)
	}
}
