package model

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// vectors were made by fsrs-rs, see testdata/vectors.py.
type vectors struct {
	MadeBy string `json:"made by"`
	Sets   map[string]struct{ Given, Migrated []float64 }
	Memory []struct {
		Set                   string
		Ratings, Days         []int
		Stability, Difficulty []float64
	}
	SM2 []struct {
		Set                       string
		Ease, Interval, Retention float64
		Stability, Difficulty     float64
	}
}

func read(t *testing.T) (vectors, map[string]Model) {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	models := map[string]Model{}
	for name, set := range v.Sets {
		w, err := Migrate(set.Given)
		if err != nil {
			t.Fatal(name, err)
		}
		if models[name], err = New(w, 1); err != nil {
			t.Fatal(name, err)
		}
	}
	return v, models
}

// near holds two numbers together to 1e-4; of large ones to that share, since
// fsrs-rs reckons in single precision.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-4*max(1, math.Abs(b)) }

func TestMemoryIsThatOfTheReference(t *testing.T) {
	t.Parallel()
	v, models := read(t)
	answers, sameDay := 0, map[int]int{}
	for _, h := range v.Memory {
		m := models[h.Set]
		var s State
		for i, rating := range h.Ratings {
			if i == 0 {
				s = m.First(rating)
			} else {
				s = m.Next(s, rating, h.Days[i])
				if h.Days[i] == 0 {
					sameDay[rating]++
				}
			}
			answers++
			if !near(s.Stability, h.Stability[i]) || !near(s.Difficulty, h.Difficulty[i]) {
				t.Fatalf("%s, ratings %v after days %v: answer %d gives %+v, %s has %v and %v",
					h.Set, h.Ratings, h.Days, i, s, v.MadeBy, h.Stability[i], h.Difficulty[i])
			}
		}
	}
	if answers < 1000 || len(sameDay) != 4 {
		t.Errorf("%d answers, of which on the same day %v: too few to tell", answers, sameDay)
	}
}

func TestWeightsAreMigratedAsTheReferenceDoes(t *testing.T) {
	t.Parallel()
	v, models := read(t)
	lengths := map[int]bool{}
	for name, set := range v.Sets {
		lengths[len(set.Given)] = true
		for i, w := range models[name].Weights() {
			if !near(w, set.Migrated[i]) {
				t.Errorf("%s: weight %d is %v, %s has %v", name, i, w, v.MadeBy, set.Migrated[i])
			}
		}
	}
	if len(lengths) != 3 {
		t.Errorf("lengths %v, want 17, 19 and 21", lengths)
	}
	for name, bad := range map[string][]float64{
		"3 weights": {1, 2, 3}, "weight 1 is NaN": append([]float64{1, math.NaN()}, make([]float64, 17)...),
		"weight 5 is NaN once": {1, 1, 1, 1, 5, -9, 1, 0, 1, 0, 1, 1, 0.1, 0.1, 1, 0.1, 2},
	} {
		if w, err := Migrate(bad); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, %v; want an error with %q", w, err, name)
		}
	}
}

func TestSM2IsThatOfTheReference(t *testing.T) {
	t.Parallel()
	v, models := read(t)
	for _, c := range v.SM2 {
		got, err := models[c.Set].FromSM2(c.Ease, c.Interval, c.Retention)
		if err != nil {
			t.Fatal(err)
		}
		want := State{stable(c.Stability), c.Difficulty} // fsrs-rs bounds a stability only when it is used
		if !near(got.Stability, want.Stability) || !near(got.Difficulty, want.Difficulty) {
			t.Errorf("%s: ease %v, %v days at %v: %+v, want %+v", c.Set, c.Ease, c.Interval, c.Retention, got, want)
		}
	}
	if len(v.SM2) < 100 {
		t.Errorf("%d cases", len(v.SM2))
	}
	for _, bad := range [][3]float64{{math.NaN(), 1, 0.9}, {2.5, math.Inf(1), 0.9}, {2.5, 1, 1}, {2.5, 1, 0}} {
		if s, err := Default().FromSM2(bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%v gave %+v", bad, s)
		}
	}
}

// Whoever doubles an interval at an ease of 2 goes on to do so.
func TestSM2KeepsItsEase(t *testing.T) {
	t.Parallel()
	m := Default()
	s, err := m.FromSM2(2, 15, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	if growth := m.Next(s, Good, 15).Stability / 15; math.Abs(growth-2) > 0.01 {
		t.Errorf("an interval of 15 days grows by %v, want 2", growth)
	}
}

func TestIntervalIsWhereRecallFallsTo(t *testing.T) {
	t.Parallel()
	m := Default()
	for _, retention := range []float64{0.7, 0.85, 0.9, 0.97} {
		if got := m.Recall(12, m.Interval(12, retention)); math.Abs(got-retention) > 1e-12 {
			t.Errorf("wanted %v, recall is %v then", retention, got)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	w := Published()
	w[17], w[18] = 1.9, 1.9
	if w.Clip(1) != w {
		t.Errorf("one step: %v", w.Clip(1))
	}
	two := w.Clip(2)
	if !(two[17] < 1.9) || two[17] != two[18] {
		t.Errorf("two steps: %v, want both bounded", two[17:19])
	}
	if m, err := New(w, 2); err != nil || m.Weights() != two {
		t.Errorf("got %v, %v; want both bounded", m.Weights(), err)
	}
	if m, err := New(Published(), 10); err != nil || m.Weights() == Published() {
		t.Errorf("published weights for ten steps: %v, %v", m.Weights(), err)
	}
	w[17] = 2.1
	if _, err := New(w, 2); err == nil || !strings.Contains(err.Error(), "weight 17 is 2.1, out of its range 0 … 2") {
		t.Errorf("got %v, want weight 17 refused", err)
	}
	w[20] = math.NaN()
	if _, err := New(w, 1); err == nil {
		t.Error("a weight that is no number was taken")
	}
}
