package fsrs

import (
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// steps are the waits of a card that is learned, or learned again.
type steps []time.Duration

// again begins anew.
func (s steps) again(state cards.State) (wait, bool) {
	if len(s) == 0 {
		return wait{}, false
	}
	return wait{delay: s[0], state: state}, true
}

// hard repeats the step. The first one lasts longer then, so that it is not
// the same as again.
func (s steps) hard(at int, state cards.State) (wait, bool) {
	if len(s) == 0 {
		return wait{}, false
	}
	at = s.within(at)
	w := wait{delay: s[at], step: at, state: state}
	switch {
	case at > 0:
	case len(s) > 1:
		w.delay = (s[0] + s[1]) / 2
	default:
		w.delay = s[0] * 3 / 2
	}
	return w, true
}

// good goes on to the next step; after the last one the card is learned.
func (s steps) good(at int, state cards.State) (wait, bool) {
	if len(s) == 0 || s.within(at)+1 >= len(s) {
		return wait{}, false
	}
	at = s.within(at) + 1
	return wait{delay: s[at], step: at, state: state}, true
}

// within keeps a position that other parameters left behind inside the steps.
func (s steps) within(at int) int { return min(max(at, 0), len(s)-1) }
