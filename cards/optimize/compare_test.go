package optimize

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// python is one that has fsrs-rs-python: $PYTHON, else python3.
func python(t *testing.T) string {
	t.Helper()
	name := os.Getenv("PYTHON")
	if name == "" {
		name = "python3"
	}
	if out, err := exec.CommandContext(t.Context(), name, "-c", "import fsrs_rs_python").CombinedOutput(); err != nil {
		t.Skipf("not compared with fsrs-rs: %s has no fsrs_rs_python (pip install fsrs-rs-python, and set PYTHON): %v: %.200s", name, err, out)
	}
	return name
}

type compared struct {
	Version string
	Weights []float64
	Seconds float64
	Reviews int
	Loss    map[string]float64
}

func compare(t *testing.T, python string, l *Log, ours model.Weights, times int) compared {
	t.Helper()
	published := model.Published()
	in := map[string]any{"times": times, "weights": map[string][]float64{"ours": ours[:], "published": published[:]}}
	var histories [][][3]int64
	for _, h := range l.histories {
		var answers [][3]int64
		for i := range h.ratings {
			answers = append(answers, [3]int64{int64(h.ratings[i]), int64(h.days[i]), h.at[i]})
		}
		histories = append(histories, answers)
	}
	in["cards"] = histories
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/compare.py")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var c compared
	if err := json.Unmarshal(out, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// Our weights are within one percent of the log-loss that those of fsrs-rs
// have on the same log, by fsrs-rs's own reckoning, and are found in no more
// than three times its time, the best of three runs each.
func TestFitIsAsGoodAsThatOfTheReference(t *testing.T) {
	py := python(t)
	for _, tt := range []struct {
		name  string
		log   [][]cards.Rated
		timed bool
	}{
		{"simulated, small", simulated(7, 60), false},
		{"simulated", simulated(3, 1500), false},
		{"simulated, 100k", simulated(4, 8000), true},
		{"lifelike, small", lifelike(7, 60), false},
		{"lifelike", lifelike(3, 1500), false},
		{"lifelike, 100k", lifelike(4, 7300), true},
		{"forty cards that came back once", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := logOf(tt.log)
			if tt.log == nil {
				l = few(40, 10)
			}
			times := 1
			if tt.timed {
				times = 3
			}
			f, took := Fitted{}, time.Hour
			for range times {
				began := time.Now()
				f = fit(t, l)
				took = min(took, time.Since(began))
			}
			c := compare(t, py, l, f.Weights, times)
			t.Logf("fsrs-rs-python %s, %d reviews: log-loss by published weights %.5f, by fsrs-rs's %.5f in %.2f s, by ours %.5f in %.2f s (%+.2f %%)",
				c.Version, c.Reviews, c.Loss["published"], c.Loss["fsrs-rs"], c.Seconds, c.Loss["ours"], took.Seconds(), 100*(c.Loss["ours"]/c.Loss["fsrs-rs"]-1))
			if c.Reviews != l.Reviews() {
				t.Errorf("%d reviews there, %d here", c.Reviews, l.Reviews())
			}
			if math.Abs(loss(t, l, f.Weights)-c.Loss["ours"]) > 1e-4 {
				t.Errorf("the same weights have a log-loss of %v here, %v there", loss(t, l, f.Weights), c.Loss["ours"])
			}
			if c.Loss["ours"] > 1.01*c.Loss["fsrs-rs"] {
				t.Errorf("log-loss %v, fsrs-rs reaches %v", c.Loss["ours"], c.Loss["fsrs-rs"])
			}
			if tt.timed && (took > 10*time.Second || took.Seconds() > 3*c.Seconds) {
				t.Errorf("it took %v, fsrs-rs %.2f s", took, c.Seconds)
			}
			if f.Extent == Initial {
				for i, w := range c.Weights {
					if math.Abs(w-f.Weights[i]) > 1e-3 {
						t.Errorf("weight %d is %v, of fsrs-rs %v", i, f.Weights[i], w)
					}
				}
			}
		})
	}
}
