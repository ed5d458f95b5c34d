package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/cards/fsrs/model"
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
		Decks     map[string]float64
	}
	if err := json.Unmarshal([]byte(l.run(0, "cards", "memory", "--json")), &m); err != nil || m.Retention != 0.95 || m.Decks["tls"] != 0.8 {
		t.Errorf("%+v, %v", m, err)
	}
	has(t, l.run(0, "cards", "rebuild", "--anew", "--yes"), "0 would change", "; 0 had another memory before")
	l.run(0, "cards", "memory", "--retention", "default", "--deck", "tls", "--yes")
	l.run(0, "cards", "memory", "--retention", "default", "--yes")
	has(t, l.run(0, "cards", "memory"), "retention    90 %\nweights")
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
