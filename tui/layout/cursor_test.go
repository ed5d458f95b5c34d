package layout_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/tui/layout"
)

func TestCursorSurvivesLayout(t *testing.T) {
	t.Parallel()
	field := "› " + layout.PutCursor("\x1b[36mhöst 世界\x1b[0m", 5)
	if layout.Width(field) != 11 {
		t.Fatalf("the mark takes room: %d cells", layout.Width(field))
	}
	lines := layout.Columns([]string{"left", "left"}, []string{"", field}, 10, 30, 2, " │ ")
	lines = strings.Split(layout.Fit(lines, 40, 4), "\n")
	out, x, y, found := layout.TakeCursor(lines)
	if !found || x != 10+3+2+5 || y != 1 {
		t.Errorf("cursor at %d,%d (%v), want 20,1", x, y, found)
	}
	if strings.Contains(strings.Join(out, "\n"), "cursor") || layout.Width(out[1]) != layout.Width(lines[1]) {
		t.Errorf("the mark is still there, or text went with it: %q", out)
	}
	if _, _, _, found := layout.TakeCursor(out); found {
		t.Error("a cursor where none is marked")
	}
}
