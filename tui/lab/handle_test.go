package lab

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// A key that comes while the cluster is asked must not vanish without a word.
func TestKeysWhileTheClusterIsAsked(t *testing.T) {
	t.Parallel()
	for name, press := range map[string]func(m *Model) keymap.Intent{
		"verdict": func(*Model) keymap.Intent { return keymap.Healthy },
		"finding": func(m *Model) keymap.Intent {
			m.typing = true
			m.field.Set("8443")
			return keymap.Go
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &Model{
				env:    &screen.Env{Styles: theme.New("auto", true)},
				view:   labs.View{Phase: labs.PhaseDiagnosing, Current: labs.StepTLS, Steps: []labs.StepView{{Step: labs.StepTLS, Ask: "Which port?"}}},
				drafts: map[labs.Step]string{},
				sent:   1,
			}
			cmd := m.do(press(m))
			if cmd == nil {
				t.Fatal("nothing is said")
			}
			if got, ok := cmd().(screen.Flash); !ok || got.Text != stillAsking {
				t.Errorf("got %v, want the words %q", got, stillAsking)
			}
		})
	}
}
