package widget

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// A layer has one name, as steps and commands call it, at every width.
func TestLayersKeepTheirNames(t *testing.T) {
	t.Parallel()
	var marks []labs.PathMark
	for _, l := range labs.Layers() {
		marks = append(marks, labs.PathMark{Layer: l, Verdict: labs.Broken})
	}
	for w := 40; w <= 200; w += 10 {
		line := ansi.Strip(PathLine(theme.New("auto", true), marks, w))
		for _, name := range []string{"dns", "entry", "tls", "route"} {
			if !strings.Contains(line, name) {
				t.Errorf("at %d cells %q does not name %q", w, line, name)
			}
		}
	}
}

func TestGot(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]labs.Answer{
		"nothing asked yet":         {},
		"no answer":                 {Observed: true},
		"404 NR":                    {Observed: true, Code: 404, Flag: "NR"},
		"the name does not resolve": {Observed: true, Error: "dns"},
		"connection refused":        {Observed: true, Error: "refused"},
		"tls: unknown authority":    {Observed: true, Error: "tls: unknown authority"},
	} {
		if got := Got(a); got != want {
			t.Errorf("%+v: got %q, want %q", a, got, want)
		}
	}
}
