package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
	"github.com/gatedrill/gatedrill/cards/study"
)

// algorithm is what the newest answer says of its parameters.
func (l *student) algorithm() string {
	l.t.Helper()
	var answers []struct{ Algorithm string }
	if err := json.Unmarshal([]byte(l.run(0, "cards", "answers", "--json", "--limit", "1")), &answers); err != nil {
		l.t.Fatal(err)
	}
	return answers[0].Algorithm
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing in:\n%s", p, text)
		}
	}
}

func TestOptimizeFitsTheLearner(t *testing.T) {
	t.Parallel()
	l := newStudent(t)
	has(t, l.run(0, "cards", "optimize"), "there is nothing to fit")
	l.live(50)
	before := l.algorithm()
	out := l.run(2, "cards", "optimize") // nobody can be asked
	has(t, out, "Fitted: all weights.", "in use", "Of ", "would change")
	has(t, l.err.String(), "nothing was changed", "--yes")
	if l.algorithm() != before {
		t.Error("weights were taken over unasked")
	}
	var f struct {
		Better  bool
		Weights []float64
		LogLoss struct{ InUse, Fitted, Published float64 }
	}
	if err := json.Unmarshal([]byte(l.run(0, "cards", "optimize", "--json")), &f); err != nil {
		t.Fatal(err)
	}
	if !f.Better || !(f.LogLoss.Fitted < f.LogLoss.InUse) || f.LogLoss.InUse != f.LogLoss.Published || len(f.Weights) != 21 {
		t.Errorf("%+v", f)
	}
	has(t, l.run(0, "cards", "optimize", "--yes"), "taken over: fsrs-6/", "scheduled anew: ")
	has(t, l.run(0, "cards", "memory"), "weights      yours: ")
	has(t, l.run(0, "cards", "rebuild"), "; 0 had another memory before") // it stays
	has(t, l.run(0, "cards", "optimize"), "What is in use foresees as well: it stays.")
	l.live(20)
	if l.algorithm() == before {
		t.Error("new answers go by the weights before")
	}
	has(t, l.run(0, "cards", "memory", "--weights", "default", "--keep", "--yes"), "All due days stay as they are", "taken over: "+before)
	has(t, l.run(0, "cards", "memory"), "published with FSRS-6", before)
}

func TestRetentionIsSetPerDeck(t *testing.T) {
	t.Parallel()
	l := newStudent(t)
	l.live(12)
	has(t, l.run(0, "cards", "memory"), "retention    90 %\n", "published with FSRS-6: 0.212, ", "fsrs-6/76834bd27f3d")
	has(t, l.run(0, "cards", "memory", "--retention", "0.95", "--yes"), " come earlier, 0 later", "scheduled anew: ")
	has(t, l.run(0, "cards", "memory", "--retention", "0.8", "--deck", "tls", "--yes"), "taken over: ")
	has(t, l.run(0, "cards", "memory"), "retention    95 %\n             80 % in deck tls")
	var m struct {
		Retention float64
		Decks     map[string]struct{ Retention float64 }
	}
	if err := json.Unmarshal([]byte(l.run(0, "cards", "memory", "--json")), &m); err != nil || m.Retention != 0.95 || m.Decks["tls"].Retention != 0.8 {
		t.Errorf("%+v, %v", m, err)
	}
	has(t, l.run(0, "cards", "rebuild", "--anew", "--yes"), "0 would change", "; 0 had another memory before")
	l.run(0, "cards", "memory", "--retention", "default", "--deck", "tls", "--yes")
	l.run(0, "cards", "memory", "--retention", "default", "--yes")
	has(t, l.run(0, "cards", "memory"), "retention    90 %\nlearning     1m 10m\nrelearning   10m\nweights")
	for want, args := range map[string][]string{
		`no deck "nothing"`:      {"--retention", "0.9", "--deck", "nothing"},
		`--retention is "1.2"`:   {"--retention", "1.2"},
		"say what to set":        {"--deck", "tls"},
		"one set for all decks":  {"--deck", "tls", "--weights", "default"},
		`"x" is no number`:       {"--weights", "1, x"},
		"2 weights, want the 21": {"--weights", "1, 2"},
		"weight 4 is 99":         {"--yes", "--weights", strings.Replace(weightList(model.Published()), "6.4133", "99", 1)},
	} {
		l.run(exitUsage, append([]string{"cards", "memory"}, args...)...)
		has(t, l.err.String(), want)
	}
}

// Steps are what cards go by at once, what was answered by them stays in the
// log, and a deck may have its own.
func TestStepsAreSet(t *testing.T) {
	t.Parallel()
	l := newStudent(t)
	learned := func() (learning int) {
		t.Helper()
		var due struct{ Learning int }
		if err := json.Unmarshal([]byte(l.run(0, "due", "--json")), &due); err != nil {
			t.Fatal(err)
		}
		return due.Learning
	}
	good := func(deck string) {
		t.Helper()
		err := withStudy(t.Context(), l.env, func(s *study.Service) error {
			p, err := s.Next(t.Context(), deck)
			if err != nil || p == nil {
				t.Fatalf("%+v, %v; want a card of %s", p, err, deck)
			}
			_, err = s.Rate(t.Context(), p, cards.Good, time.Second)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	good("tls")
	if n := learned(); n != 1 {
		t.Fatalf("by the first steps %d cards are inside them, want 1", n)
	}
	before := l.algorithm()
	l.run(0, "cards", "memory", "--learning", "none", "--keep", "--yes")
	good("routes")
	if n := learned(); n != 1 || l.algorithm() == before {
		t.Errorf("without steps %d cards are inside them, want the one before", n)
	}
	l.run(0, "cards", "memory", "--learning", "30s, 5m 1h", "--relearning", "10m 20m 40m", "--deck", "entry", "--keep", "--yes")
	has(t, l.run(0, "cards", "memory"), "learning     none\n             30s 5m 1h in deck entry\n", "relearning   10m\n             10m 20m 40m in deck entry\n")
	good("entry")
	if n := learned(); n != 2 {
		t.Errorf("%d cards are inside their steps, want 2", n)
	}
	l.run(0, "cards", "memory", "--learning", "default", "--keep", "--yes")
	l.run(0, "cards", "memory", "--learning", "default", "--relearning", "default", "--deck", "entry", "--keep", "--yes")
	has(t, l.run(0, "cards", "rebuild"), "3 cards; 0 had another memory before")
	if n := learned(); n != 2 {
		t.Errorf("rebuilt: %d cards are inside their steps, want 2", n)
	}
	has(t, l.run(0, "cards", "memory"), "learning     1m 10m\nrelearning   10m\nweights")
	has(t, l.run(0, "cards", "rebuild", "--anew", "--yes"), "2 would change")
	if n := learned(); n != 3 {
		t.Errorf("scheduled anew: %d cards are inside their steps, want 3", n)
	}
	for want, text := range map[string]string{
		`--learning is "1m 2x": step "2x" is no time: write 30s, 10m or 1h30m; or default`: "1m 2x",
		`step of 24h0m0s is not within 1s and one day`:                                     "24h",
		`step of 0s is not within`:                                                         "0s",
		`no step: write such as 1m 10m, or none`:                                           " ",
		`steps are 11, at most 10 are kept`:                                                strings.Repeat("1m ", 11),
	} {
		l.run(exitUsage, "cards", "memory", "--learning", text, "--yes")
		has(t, l.err.String(), want)
	}
}

// What is kept was a number once, the retention.
func TestAnOldFileIsRead(t *testing.T) {
	t.Parallel()
	l := newStudent(t)
	if err := os.WriteFile(l.memoryFile(), []byte(`{"retention": 0.92, "decks": {"tls": 0.8, "dns": {"learning": "5m"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	has(t, l.run(0, "cards", "memory"), "retention    92 %\n             80 % in deck tls\nlearning     1m 10m\n             5m in deck dns\n")
	if err := os.WriteFile(l.memoryFile(), []byte(`{"decks": {"tls": {"learning": "5 minutes"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	l.run(exitFailed, "due")
	has(t, l.err.String(), `memory.json: deck "tls": step "5" is no time`)
}

// The page has a row for each parameter, in the words of its flag.
func TestParametersAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/memory.md")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := memory{}.scheduler(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parameters() {
		has(t, string(page), fmt.Sprintf("| `--%s` | %s | %s |\n", p.name, p.show(plain.For("")), p.about))
	}
}

// A window that is open goes by what another one sets, and refuses an answer
// whose intervals are others by now.
func TestAnOpenWindowGoesByWhatIsSet(t *testing.T) {
	t.Parallel()
	l := newStudent(t)
	l.live(9)
	l.now = l.now.AddDate(0, 0, 30)
	err := withStudy(t.Context(), l.env, func(s *study.Service) error {
		shown, err := s.Next(t.Context(), "")
		if err != nil || shown == nil || shown.Memory.State != cards.Review {
			t.Fatalf("%+v, %v; want a review", shown, err)
		}
		l.run(0, "cards", "memory", "--retention", "0.97", "--keep", "--yes")
		if _, err := s.Rate(t.Context(), shown, cards.Good, time.Second); !errors.Is(err, cards.ErrOutdated) {
			t.Errorf("got %v, want it refused", err)
		}
		anew, err := s.Reread(t.Context(), shown, "")
		if err != nil || !(anew.Choices[2].Interval < shown.Choices[2].Interval) {
			t.Errorf("at 97 %% it comes after %v, %v; at 90 %% after %v", anew.Choices[2].Interval, err, shown.Choices[2].Interval)
		}
		_, err = s.Rate(t.Context(), anew, cards.Good, time.Second)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if l.algorithm() == "fsrs-6/76834bd27f3d" {
		t.Error("the answer goes by the parameters before")
	}
}

// Sets of FSRS-5, as other programs show them, are converted.
func TestOldWeightsAreTaken(t *testing.T) {
	t.Parallel()
	l := newStudent(t)
	const five = "0.40255, 1.18385, 3.173, 15.69105, 7.1949, 0.5345, 1.4604, 0.0046, 1.54575, 0.1192, 1.01925, 1.9395, 0.11, 0.29605, 2.2698, 0.2315, 2.9898, 0.51655, 0.6621"
	l.run(0, "cards", "memory", "--weights", five, "--yes")
	has(t, l.run(0, "cards", "memory"), "yours: 0.4026, 1.1839, 3.173, ", "0.6621, 0, 0.5\n")
	if err := os.WriteFile(l.memoryFile(), []byte(`{"weights": [1]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	l.run(exitFailed, "due")
	has(t, l.err.String(), "memory.json: fsrs parameters: 1 weights, FSRS-6 has 21")
}
