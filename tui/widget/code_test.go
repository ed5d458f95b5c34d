package widget

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Without its colours, code is what was written, set in and broken.
func TestCodeIsWhatWasWritten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		width      int
		want       []string
	}{
		{"between prose", "Look:\n```yaml\nkind: Gateway # x\n\n  a: b\n```\nand *think*", 40, []string{"Look:", "", "  kind: Gateway # x", "", "    a: b", "", "and think"}},
		{"backslashes", "```sh\ngrep '^\\['\n```", 40, []string{`  grep '^\['`}},
		{"a log line that is too long", "```\n\"GET /cart HTTP/1.1\" 404 NR route_not_found\n```", 32, []string{`  "GET /cart HTTP/1.1" 404 NR`, "    route_not_found"}},
		{"fences of tildes, and a fence in them", "~~~\n```\nx\n~~~", 40, []string{"  ```", "  x"}},
		{"never closed", "```\na\nb", 40, []string{"  a", "  b"}},
		{"empty", "a\n```\n```\nb", 40, []string{"a", "", "b"}},
		{"a language nobody knows", "```klingon\nnuqneH\n```", 40, []string{"  nuqneH"}},
		{"in a list", "- one\n  ```\n  x\n  ```\n- two", 40, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lines := NewMarkdown(theme.New("auto", true)).Lines(tt.text, tt.width)
			var got []string
			for _, l := range lines {
				if layout.Width(l) > tt.width {
					t.Errorf("%q is wider than %d", l, tt.width)
				}
				got = append(got, strings.TrimRight(ansi.Strip(l), " "))
			}
			if tt.want == nil { // the renderer's own
				if !strings.Contains(strings.Join(got, "\n"), "x") {
					t.Errorf("lost: %q", got)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"access log", `"GET / HTTP/1.1" 200 - via_upstream`, "log"},
		{"no request", `"- - -" 0 NR filter_chain_not_found`, "log"},
		{"short log", "503 UH no_healthy_upstream", "log"},
		{"commands", "istioctl pc r x\nkubectl get svc", "bash"},
		{"a manifest", "spec:\n  - name: x\n    tls:\n", "yaml"},
		{"output", "NAME   VHOST NAME\nhttp.80  shop", ""},
		{"curl's words", "curl: connection reset", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := guess(strings.Split(tt.text, "\n")); got != tt.want {
				t.Errorf("guessed %q, want %q", got, tt.want)
			}
		})
	}
}
