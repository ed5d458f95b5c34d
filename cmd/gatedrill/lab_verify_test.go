package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/verify"
)

// A lab that a cluster does not offer was not proved, and is not marked so.
func TestProofMarks(t *testing.T) {
	t.Parallel()
	for mark, line := range map[string]verify.Line{
		"✓": {Check: "base healthy", OK: true},
		"✗": {Check: "base healthy", Why: "it is not"},
		"–": {Check: "not offered: the cluster lacks sidecar", NotOffered: true},
	} {
		var out bytes.Buffer
		printProof(&env{Stdout: &out}, line)
		if !strings.HasPrefix(out.String(), mark+" ") {
			t.Errorf("%+v: %q, want it to begin with %s", line, out.String(), mark)
		}
	}
}

// Each lab has one row, and what does not hold is told below it.
func TestProofTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	report, end := proofsOf(&env{Stdout: &out}, true, false)
	for _, l := range []verify.Line{
		{Lab: "shop", Part: verify.PartBase, Check: "base healthy", OK: true, Took: time.Second},
		{Lab: "shop", Part: verify.PartBroken, Check: "fault seen", OK: true},
		{Lab: "orders", Part: verify.PartBase, Check: "base healthy", Why: "route is broken"},
		{Lab: "ambient", Check: "not offered: the cluster lacks ambient", NotOffered: true},
	} {
		report(l)
	}
	end()
	want := `LAB                      BASE      BROKEN    STEPS     SHORTCUTS SOLVED    RESET     SECONDS
shop                     ✓         ✓         –         –         –         –             1.0
orders                   ✗         –         –         –         –         –             0.0
✗ orders               base healthy                                                   0.00 s
    route is broken
ambient                  –         –         –         –         –         –             0.0
– ambient              not offered: the cluster lacks ambient                         0.00 s
3 labs, 1 s
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}

// A seed draws one order of all labs, the same each time.
func TestDrawnOrder(t *testing.T) {
	t.Parallel()
	list := make([]labs.Lab, 40)
	for i := range list {
		list[i].Minutes = i
	}
	minutes := func(list []labs.Lab) (out []int) {
		for _, l := range list {
			out = append(out, l.Minutes)
		}
		return out
	}
	if d := cmp.Diff(minutes(list), minutes(drawnBy(0, list))); d != "" {
		t.Errorf("without a seed:\n%s", d)
	}
	first, second := minutes(drawnBy(7, list)), minutes(drawnBy(8, list))
	if cmp.Equal(first, second) || cmp.Equal(first, minutes(list)) {
		t.Error("seeds draw the same order")
	}
	if d := cmp.Diff(first, minutes(drawnBy(7, list))); d != "" {
		t.Errorf("once more:\n%s", d)
	}
	slices.Sort(first)
	if d := cmp.Diff(minutes(list), first); d != "" {
		t.Errorf("not all labs are drawn:\n%s", d)
	}
}
