package run

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gatedrill/gatedrill/labs"
)

// A lab of a folder that is not named now is in progress all the same: it is
// told of, nothing takes its place, and it can be given up.
func TestLabOfAFolderThatIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.service.Close()

		all := b.labs
		b.labs = all[1:]
		s := New(b.config)
		defer s.Close()
		_, err := s.Check(t.Context())
		if !errors.Is(err, ErrNoLab) || !strings.Contains(err.Error(), "lab typo is in progress, and no folder of labs has it") {
			t.Errorf("check: %v", err)
		}
		if err := s.Start(t.Context(), "other"); err == nil || !strings.Contains(err.Error(), "lab typo is in progress") {
			t.Errorf("start of another one: %v", err)
		}

		b.labs = all
		again := New(b.config)
		if _, err := again.Check(t.Context()); err != nil || again.View().Phase != labs.PhaseDiagnosing {
			t.Errorf("with its folder again: %v, %s", err, again.View().Phase)
		}
		again.Close()

		b.must(s.Reset(t.Context()))
		if _, err := s.Check(t.Context()); !errors.Is(err, ErrNoLab) || strings.Contains(err.Error(), "typo") {
			t.Errorf("after it was given up: %v", err)
		}
		if _, err := b.engine.Marked(t.Context()); err == nil {
			t.Error("what it left is still there")
		}
		if err := s.Reset(t.Context()); !errors.Is(err, ErrNoLab) {
			t.Errorf("nothing to give up: %v", err)
		}
	})
}
