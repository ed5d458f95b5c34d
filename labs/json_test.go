package labs

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func printed(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestJSONNamesTheUnitOfDurations(t *testing.T) {
	v := View{Elapsed: 90 * time.Second, Capture: Answer{Took: 12 * time.Millisecond}, Lab: Listing{ID: "x", Best: time.Minute}}
	text := printed(t, v)
	for _, want := range []string{`"elapsedSeconds":90`, `"tookSeconds":0.012`, `"bestSeconds":60`, `"id":"x"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if text := printed(t, Listing{}); strings.Contains(text, "Seconds") {
		t.Errorf("a time nobody took: %s", text)
	}
}

func TestJSONSaysNothingOfWhatWasNotGiven(t *testing.T) {
	if text := printed(t, StepView{Step: StepTLS}); strings.Contains(text, "Right") {
		t.Errorf("nothing was given: %s", text)
	}
	text := printed(t, StepView{Step: StepTLS, Verdict: Broken, Answer: "x", FindingRight: true})
	if !strings.Contains(text, `"verdictRight":false`) || !strings.Contains(text, `"findingRight":true`) || !strings.Contains(text, `"step":"tls"`) {
		t.Errorf("wrong, and right: %s", text)
	}
}

// TestAnswerSurvivesJSON reads answers as they are written now and as older
// histories and snapshots have them.
func TestAnswerSurvivesJSON(t *testing.T) {
	want := Answer{At: time.Unix(7, 0).UTC(), Code: 404, Flag: "NR", Took: 1234567 * time.Nanosecond, Observed: true}
	var got Answer
	if err := json.Unmarshal([]byte(printed(t, want)), &got); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	got = Answer{}
	if err := json.Unmarshal([]byte(`{"code":404,"took":5000000}`), &got); err != nil || got.Took != 5*time.Millisecond || got.Code != 404 {
		t.Errorf("got %+v, %v", got, err)
	}
}
