package run

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/history"
)

// The objects behind hosts are what a lab in progress asks for.
func TestHostsAreHiddenDuringTheDiagnosis(t *testing.T) {
	t.Parallel()
	s, _ := play(rec(history.Broken, 1))
	if !s.hides() {
		t.Errorf("phase %s: hosts are told", s.Phase)
	}
	s, _ = play(append(diagnosis(), looked(3, labs.Fail, labs.Pass, labs.LayerRoute))...)
	if s.hides() {
		t.Errorf("phase %s: hosts are hidden", s.Phase)
	}
}
