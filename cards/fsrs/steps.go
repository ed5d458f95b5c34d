package fsrs

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// Steps are the waits of a card that is learned, or learned again, within the
// day. Without any, its first answer makes it wait for days.
type Steps []time.Duration

// The bounds of steps.
const (
	leastStep = time.Second
	mostStep  = 24 * time.Hour // and below: days are the model's
	mostSteps = 10
)

// noSteps is how people write that there are none.
const noSteps = "none"

// ParseSteps reads steps as people write them: "1m 10m", "90s, 1h", "none".
func ParseSteps(text string) (Steps, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	out := make(Steps, 0, len(words))
	if len(words) == 1 && words[0] == noSteps {
		return out, nil
	}
	for _, word := range words {
		d, err := time.ParseDuration(word)
		if err != nil {
			return nil, fmt.Errorf("step %q is no time: write 30s, 10m or 1h30m", word)
		}
		out = append(out, d)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no step: write such as 1m 10m, or %s", noSteps)
	}
	return out, out.check()
}

func (s Steps) check() error {
	if len(s) > mostSteps {
		return fmt.Errorf("steps are %d, at most %d are kept", len(s), mostSteps)
	}
	for _, d := range s {
		if d < leastStep || d >= mostStep {
			return fmt.Errorf("step of %v is not within 1s and one day", d)
		}
	}
	return nil
}

// String is what ParseSteps reads: "1m 10m".
func (s Steps) String() string {
	if len(s) == 0 {
		return noSteps
	}
	words := make([]string, len(s))
	for i, d := range s {
		words[i] = d.String()
		for _, zero := range []struct{ behind, is string }{{"m", "0s"}, {"h", "0m"}} {
			if strings.HasSuffix(words[i], zero.behind+zero.is) {
				words[i] = strings.TrimSuffix(words[i], zero.is)
			}
		}
	}
	return strings.Join(words, " ")
}

// MarshalText is String.
func (s Steps) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSteps.
func (s *Steps) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSteps(string(text))
	return err
}

// again begins anew.
func (s Steps) again(state cards.State) (wait, bool) {
	if len(s) == 0 {
		return wait{}, false
	}
	return wait{delay: s[0], state: state}, true
}

// hard repeats the step. The first one lasts longer then, so that it is not
// the same as again.
func (s Steps) hard(at int, state cards.State) (wait, bool) {
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
func (s Steps) good(at int, state cards.State) (wait, bool) {
	if len(s) == 0 || s.within(at)+1 >= len(s) {
		return wait{}, false
	}
	at = s.within(at) + 1
	return wait{delay: s[at], step: at, state: state}, true
}

// within keeps a position that other parameters left behind inside the steps.
func (s Steps) within(at int) int { return min(max(at, 0), len(s)-1) }
