package run

import (
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
)

// inTroubleWords is why nothing passes in a lab whose world is not whole.
const inTroubleWords = "not judged while the lab is in trouble"

// withheld keeps back what passes while the lab's world is not whole: it may
// pass because something is missing.
func withheld(list []check.Result, trouble string) []check.Result {
	if trouble == "" {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		if out[i].Outcome == labs.Pass {
			out[i].Outcome, out[i].Why = labs.Pending, inTroubleWords
		}
	}
	return out
}

// judged carries the memory of checks on: when each changed, and whether it
// fell after it had been green. One that cannot be seen is not red.
func judged(old []labs.CheckView, now []check.Result, at time.Time) []labs.CheckView {
	out := make([]labs.CheckView, len(now))
	for i, r := range now {
		v := labs.CheckView{Title: r.Title, Outcome: r.Outcome, Why: r.Why}
		if i < len(old) && old[i].Title == r.Title {
			was := old[i]
			v.Changed, v.Held = was.Changed, was.Held || was.Outcome == labs.Pass
			// The first look at a lab, begun or come back to, changes nothing.
			first := was.Outcome == labs.Pending && was.Changed.IsZero()
			if was.Outcome != v.Outcome && !first {
				v.Changed = at
			}
			v.Fell = v.Held && v.Outcome == labs.Fail
		}
		out[i] = v
	}
	return out
}
