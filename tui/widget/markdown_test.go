package widget

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/gatedrill/gatedrill/tui/theme"
)

func TestLongCodeStaysSetIn(t *testing.T) {
	long := "kubectl get gateways.gateway.networking.k8s.io,httproutes -n drill-mesh -o wide"
	for _, text := range []string{"Look:\n\n    " + long + "\n    second", "Look:\n\n```\n" + long + "\nsecond\n```\n"} {
		lines := NewMarkdown(theme.New("auto", true)).Lines(text, 60)
		for i, l := range lines {
			l = ansi.Strip(l)
			lines[i] = l
			if ansi.StringWidth(l) > 60 {
				t.Errorf("too wide: %q", l)
			}
			if i > 1 && !strings.HasPrefix(l, "  ") {
				t.Errorf("not set in: %q", l)
			}
		}
		if joined := strings.Join(strings.Fields(strings.Join(lines[2:], " ")), " "); joined != long+" second" {
			t.Errorf("words lost: %q", joined)
		}
	}
}

func TestCodeKeepsItsBackslashes(t *testing.T) {
	for _, want := range []string{
		`grep '^\['`, `regex: "\.example\.com$"`, `curl -v \`, `printf '{"\n"}'`, `a\\b`,
	} {
		for name, text := range map[string]string{
			"set in": "Look:\n\n    " + want, "fenced": "Look:\n\n```\n" + want + "\n```\n", "in a line": "Look at `" + want + "` here.",
		} {
			lines := ansi.Strip(strings.Join(NewMarkdown(theme.New("auto", true)).Lines(text, 60), "\n"))
			if !strings.Contains(lines, want) {
				t.Errorf("%s: want %q in %q", name, want, lines)
			}
		}
	}
}
