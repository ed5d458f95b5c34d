package run

import (
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
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
