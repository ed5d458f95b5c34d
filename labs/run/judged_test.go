package run

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/history"
)

// What cannot be seen, as after the end of a cluster, did not turn red; what
// is red behind it did.
func TestUnknownIsNotRed(t *testing.T) {
	var list []labs.CheckView
	at := time.Unix(0, 0)
	for i, step := range []struct {
		outcome labs.Outcome
		fell    bool
	}{{labs.Pass, false}, {labs.Pending, false}, {labs.Fail, true}, {labs.Pending, false}, {labs.Fail, true}, {labs.Pass, false}} {
		at = at.Add(time.Second)
		list = judged(list, []check.Result{{Title: "t", Outcome: step.outcome}}, at)
		if list[0].Fell != step.fell {
			t.Errorf("look %d, %s: fell %v", i, step.outcome, list[0].Fell)
		}
	}
	if list = judged(nil, []check.Result{{Title: "t", Outcome: labs.Fail}}, at); list[0].Fell {
		t.Error("what never was green did not fall")
	}
}

// A change is told as one; what was never looked at did not change.
func TestFirstLookIsNoChange(t *testing.T) {
	t.Parallel()
	list := []labs.CheckView{{Title: "t", Outcome: labs.Pending}}
	at := time.Unix(0, 0)
	for i, step := range []struct {
		outcome labs.Outcome
		changed bool
	}{{labs.Pending, false}, {labs.Pass, false}, {labs.Pass, false}, {labs.Fail, true}, {labs.Fail, false}, {labs.Pending, true}, {labs.Fail, true}} {
		at = at.Add(time.Second)
		list = judged(list, []check.Result{{Title: "t", Outcome: step.outcome}}, at)
		if list[0].Changed.Equal(at) != step.changed {
			t.Errorf("look %d, %s: changed at %v", i, step.outcome, list[0].Changed)
		}
	}
}

// While something is missing nothing passes, nothing is solved, and no answer
// comes too early: what holds may hold because of it.
func TestNothingHoldsInTrouble(t *testing.T) {
	t.Parallel()
	troubled := func(s float64, guard labs.Outcome) Event {
		o := looked(s, labs.Pass, guard, "")
		o.Trouble = "Service shop/shop is gone."
		return o
	}
	s, effects := play(append(diagnosis(), troubled(3, labs.Fail), troubled(9, labs.Pass), troubled(15, labs.Pass))...)
	if s.Phase != labs.PhaseFixing || len(effects) != 0 || s.Trouble == "" {
		t.Errorf("phase %s, effects %v, trouble %q", s.Phase, kinds(effects), s.Trouble)
	}
	if v := s.view(at(15), place{}); v.Goals[0].Outcome != labs.Pending || v.Guards[0].Outcome != labs.Pending || v.Goals[0].Why == "" {
		t.Errorf("goals %v, guards %v", v.Goals, v.Guards)
	}
	if s, effects = next(s, looked(20, labs.Pass, labs.Pass, "")); len(effects) != 0 {
		t.Errorf("solved at the first whole look: %v", kinds(effects))
	}
	if _, effects = next(s, looked(24, labs.Pass, labs.Pass, "")); len(effects) != 1 {
		t.Errorf("whole again, and not solved: %v", kinds(effects))
	}
	if s, effects = play(rec(history.Broken, 1), troubled(2, labs.Pass)); s.Phase != labs.PhaseDiagnosing || len(effects) != 0 {
		t.Errorf("mended too early, by what is missing: %s %v", s.Phase, kinds(effects))
	}
	if s, _ = unbroken(append(diagnosis(), troubled(3, labs.Pass))...); s.Trouble == "" {
		t.Error("the trouble is not told")
	}
	if v := s.view(at(3), place{}); v.Goals[0].Outcome != labs.Pending {
		t.Errorf("understood, of a lab in trouble: %v", v.Goals[0])
	}
}

// Goals and guards that hold solve nothing while somebody else gives the answer;
// that the path is not known is no reason to hold a fix back.
func TestForgedAnswersSolveNothing(t *testing.T) {
	t.Parallel()
	forged := func(s float64) Observed {
		o := looked(s, labs.Pass, labs.Pass, labs.LayerRoute)
		for i := range o.Main.Hops[0].Layers {
			if r := &o.Main.Hops[0].Layers[i]; r.Layer == labs.LayerRoute {
				r.Summary, r.Want, r.Got = "the route answers 200 by itself", "an answer of shop/shop", "a direct response"
			}
		}
		return o
	}
	s, effects := play(append(diagnosis(), forged(3), forged(9))...)
	if s.Phase != labs.PhaseFixing || len(effects) != 0 || !strings.Contains(s.Trouble, "route: the route answers 200 by itself (want an answer of shop/shop, got a direct response)") {
		t.Errorf("phase %s, effects %v, trouble %q", s.Phase, kinds(effects), s.Trouble)
	}
	if v := s.view(at(9), place{}); v.Goals[0].Outcome != labs.Pass {
		t.Errorf("the goal is told as %v", v.Goals[0])
	}
	if s, effects = next(s, looked(12, labs.Pass, labs.Pass, "")); len(effects) != 0 || s.Trouble != "" {
		t.Errorf("at once: %v, trouble %q", kinds(effects), s.Trouble)
	}
	if _, effects = next(s, looked(16, labs.Pass, labs.Pass, "")); len(effects) != 1 {
		t.Errorf("served as it should be, and not solved: %v", kinds(effects))
	}
	unknown := func(s float64) Observed {
		o := looked(s, labs.Pass, labs.Pass, "")
		o.Main.Hops[0].Layers[3].Verdict = labs.Unknown
		return o
	}
	if _, effects = play(append(diagnosis(), unknown(3), unknown(9))...); len(effects) != 1 {
		t.Errorf("a path that is not known holds the fix back: %v", kinds(effects))
	}
	if s, effects = play(append(diagnosis(), looked(3, labs.Pass, labs.Fail, labs.LayerRoute))...); s.Trouble != "" || len(effects) != 0 {
		t.Errorf("trouble beside a guard that says it already: %q", s.Trouble)
	}
}

// What is gone may be what a learner took away to mend the lab, if all holds
// without it, and goes on to.
func TestMendedByTakingAway(t *testing.T) {
	t.Parallel()
	replaced := func(s float64) Event {
		o := looked(s, labs.Pass, labs.Pass, "")
		o.Trouble, o.Replaced = "VirtualService shop/shop is gone.", true
		return o
	}
	unready := func(s float64) Event {
		o := looked(s, labs.Pass, labs.Fail, "")
		o.Unready = true
		return o
	}
	for _, c := range []struct {
		name   string
		events []Event
		phase  labs.Phase
		want   []string
	}{
		{"holds just now", append(diagnosis(), replaced(3), replaced(5)), labs.PhaseFixing, nil},
		{"goes on to", append(diagnosis(), replaced(3), replaced(5), replaced(6)), labs.PhaseFixing, []string{"solved"}},
		{"and did so while nothing was gone", append(diagnosis(), looked(3, labs.Pass, labs.Pass, ""), replaced(6)), labs.PhaseFixing, []string{"solved"}},
		{"before the diagnosis, just now", []Event{rec(history.Broken, 1), replaced(2)}, labs.PhaseDiagnosing, nil},
		{"before the diagnosis", []Event{rec(history.Broken, 1), replaced(2), replaced(5)}, labs.PhaseDiagnosing, []string{"unearned"}},
		{"solved before", append(diagnosis(), rec(history.Solved, 4), replaced(5)), labs.PhaseSolved, nil},
		{"before the diagnosis, while a pod is away", []Event{rec(history.Broken, 1), unready(2), unready(5)}, labs.PhaseDiagnosing, nil},
	} {
		s, effects := play(c.events...)
		if diff := cmp.Diff(c.want, kinds(effects)); diff != "" || s.Phase != c.phase {
			t.Errorf("%s: phase %s, effects %s", c.name, s.Phase, diff)
		}
		if c.phase == labs.PhaseSolved && s.Trouble != "" {
			t.Errorf("%s: trouble %q", c.name, s.Trouble)
		}
	}
}
