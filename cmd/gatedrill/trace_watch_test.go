package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
)

// route is a path of one gateway as --watch sees it again and again.
func route(v labs.Verdict, summary string, code int) labs.Path {
	return labs.Path{
		Hops: []labs.Hop{{Name: "gateway", Role: labs.RoleGateway, Layers: []labs.LayerReport{
			{Layer: labs.LayerDNS, Verdict: labs.Healthy, Summary: summary}, {Layer: labs.LayerRoute, Verdict: v, Summary: summary},
		}}},
		Answer: labs.Answer{Observed: true, Code: code, Took: time.Duration(code)},
	}
}

func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	healthy, broken := route(labs.Healthy, "a", 200), route(labs.Broken, "b", 404)
	twoHops := route(labs.Healthy, "a", 200)
	twoHops.Hops = append(twoHops.Hops, labs.Hop{Name: "egress", Role: labs.RoleEgress, Layers: []labs.LayerReport{{Layer: labs.LayerRoute, Verdict: labs.Unknown, Summary: "c"}}})
	for _, tt := range []struct {
		name string
		a, b labs.Path
		want []change
	}{
		{"nothing", healthy, healthy, nil},
		{"other words for what is well are none", healthy, route(labs.Healthy, "x", 200), nil},
		{"broken", healthy, broken, []change{
			{At: at, Hop: "gateway", Layer: "route", From: labs.Healthy, To: labs.Broken, Summary: "b"}, {At: at, Layer: "answer", Summary: "200 → 404"},
		}},
		{"broken in another way", broken, route(labs.Broken, "c", 404), []change{
			{At: at, Hop: "gateway", Layer: "route", From: labs.Broken, To: labs.Broken, Summary: "c"},
		}},
		{"a hop came", healthy, twoHops, []change{{At: at, Hop: "egress", Layer: "route", From: labs.OffPath, To: labs.Unknown, Summary: "c"}}},
		{"a hop went", twoHops, healthy, []change{{At: at, Hop: "egress", Layer: "route", From: labs.Unknown, To: labs.OffPath, Summary: "not on the way"}}},
	} {
		if diff := cmp.Diff(tt.want, changes(at, tt.a, tt.b)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestWatcherPrintsLines(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		w := &watcher{e: &env{Stdout: &out, Now: func() time.Time { return at }, Zone: time.UTC}, json: asJSON}
		for _, p := range []labs.Path{route(labs.Healthy, "a", 200), route(labs.Healthy, "a", 200), route(labs.Broken, "b\x1b", 404)} {
			if err := w.tell(traced{Path: p}); err != nil {
				t.Fatal(err)
			}
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		want := []string{"09:00:00  route        ✓ → ✗  b·", "09:00:00  answer       200 → 404"}
		if asJSON {
			want = []string{`{"at":"2026-11-28T09:00:00Z","hop":"gateway","layer":"route","from":"healthy","to":"broken","summary":"b\u001b"}`, `{"at":"2026-11-28T09:00:00Z","hop":"","layer":"answer","summary":"200 → 404"}`}
			if len(lines) != 3 {
				t.Errorf("%d lines of JSON, want 3", len(lines))
			}
		}
		if diff := cmp.Diff(want, lines[len(lines)-2:]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
