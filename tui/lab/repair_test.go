package lab

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// What is asked after the diagnosis depends on what was found, nothing else.
func TestRepairSaysWhatWasFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verdict     labs.Verdict
		has, hasNot string
	}{
		{labs.Broken, "broken at tls", "nothing to repair"},
		{labs.Healthy, "nothing to repair", "t opens the shell"},
		{labs.OffPath, "nothing is broken", "Repair it"},
	} {
		m := &Model{env: &screen.Env{Styles: theme.New("auto", true)}, view: labs.View{Phase: labs.PhaseFixing, Steps: []labs.StepView{{Step: labs.StepTLS, Verdict: c.verdict, VerdictRight: true}}}}
		var text []string
		for _, b := range m.repair(200) {
			for _, f := range b.Forms {
				text = append(text, f.Lines...)
			}
		}
		if all := strings.Join(text, "\n"); !strings.Contains(all, c.has) || strings.Contains(all, c.hasNot) {
			t.Errorf("%s: %q wanted, %q not, got:\n%s", c.verdict, c.has, c.hasNot, all)
		}
	}
}
