package labs

import "testing"

func TestStillOpen(t *testing.T) {
	v := View{}
	for _, s := range Steps() {
		v.Steps = append(v.Steps, StepView{Step: s, VerdictRight: len(s.Layers()) > 0, FindingRight: true})
	}
	if got := v.StillOpen(); got != "" {
		t.Errorf("nothing is open: %q", got)
	}
	v.Steps[4].VerdictRight = false
	v.Steps[5].VerdictRight, v.Steps[5].FindingRight = false, false
	if got, want := v.StillOpen(), "hosts (its verdict), destination"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	v.Steps[0].FindingRight, v.Steps[3].FindingRight = false, false
	if got, want := v.StillOpen(), "capture, tls (its question), hosts (its verdict), destination"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
