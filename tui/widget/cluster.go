package widget

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Progress is what is drawn of long work: a bar when the end is known, always
// a clock and the name of what is waited for.
type Progress struct {
	What    string
	Waiting string
	Done    int64
	Total   int64
	Clock   time.Duration
}

// Lines draws the work in one line; when w is too narrow, what it waits for
// stands below in one or two, for the end of an object's name tells it from
// others.
func (p Progress) Lines(s *theme.Styles, w int) []string {
	head := s.Accent.Render(theme.Wait) + " " + p.What + "  " + Clock(p.Clock)
	if p.Total > 0 {
		share := float64(p.Done) / float64(p.Total)
		head += "  " + s.Accent.Render(Bar(share, 20)) + " " + Percent(share)
	}
	if p.Waiting == "" {
		return []string{layout.Cut(head, w)}
	}
	waits := fmt.Sprintf("waiting for %s", p.Waiting)
	if layout.Width(head)+2+layout.Width(waits) <= w {
		return []string{head + "  " + s.Faint.Render(waits)}
	}
	below := layout.Wrap(waits, w-2)
	if len(below) > 2 {
		below = []string{below[0], layout.Cut(strings.Join(below[1:], " "), w-2)}
	}
	lines := []string{layout.Cut(head, w)}
	for _, l := range layout.Indent(below, 2) {
		lines = append(lines, s.Faint.Render(l))
	}
	return lines
}
