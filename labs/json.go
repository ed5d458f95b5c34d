package labs

import (
	"encoding/json"
	"math"
	"time"
)

// In JSON a duration names its unit, seconds; what is not known, such as
// whether a verdict is right that nobody gave, is left out.

// MarshalJSON prints the durations in seconds.
func (l Listing) MarshalJSON() ([]byte, error) {
	type plain Listing
	return json.Marshal(struct {
		plain
		Best   float64 `json:"bestSeconds,omitempty"`
		Worked float64 `json:"workedSeconds,omitempty"`
	}{plain(l), l.Best.Seconds(), l.Worked.Seconds()})
}

// MarshalJSON prints the time worked in seconds.
func (v View) MarshalJSON() ([]byte, error) {
	type plain View
	return json.Marshal(struct {
		plain
		Elapsed float64 `json:"elapsedSeconds"`
	}{plain(v), v.Elapsed.Seconds()})
}

// MarshalJSON says whether verdict and answer are right only where there is
// one.
func (s StepView) MarshalJSON() ([]byte, error) {
	type plain StepView
	out := struct {
		plain
		VerdictRight *bool `json:"verdictRight,omitempty"`
		FindingRight *bool `json:"findingRight,omitempty"`
	}{plain: plain(s)}
	if s.Verdict != "" {
		out.VerdictRight = &s.VerdictRight
	}
	if s.Answer != "" {
		out.FindingRight = &s.FindingRight
	}
	return json.Marshal(out)
}

// MarshalJSON prints the time an answer took in seconds.
func (a Answer) MarshalJSON() ([]byte, error) {
	type plain Answer
	return json.Marshal(struct {
		plain
		Took float64 `json:"tookSeconds"`
	}{plain(a), a.Took.Seconds()})
}

// UnmarshalJSON reads an answer back, and one of the form that histories and
// recorded snapshots had before: nanoseconds, as took.
func (a *Answer) UnmarshalJSON(text []byte) error {
	type plain Answer
	in := struct {
		*plain
		Seconds     float64       `json:"tookSeconds"`
		Nanoseconds time.Duration `json:"took"`
	}{plain: (*plain)(a)}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	a.Took = in.Nanoseconds + time.Duration(math.Round(in.Seconds*float64(time.Second)))
	return nil
}
