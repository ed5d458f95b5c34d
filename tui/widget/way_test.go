package widget

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// A way fits into every width, and shows nothing green that was not verified.
func TestWayFitsAndNamesItsHops(t *testing.T) {
	t.Parallel()
	st := theme.New("auto", true)
	var marks []labs.PathMark
	for _, l := range labs.Layers() {
		marks = append(marks, labs.PathMark{Layer: l})
	}
	turned := []labs.PathMark{{Layer: labs.LayerTLS, Verdict: labs.Broken, Was: labs.Healthy, Note: "Secret shop/cert"}}
	hops := []labs.HopMark{{Name: "sidecar", Layers: marks}, {Name: "egress", Proxy: "Pod a/b", Layers: turned}, {Name: "waypoint", Gone: true, Layers: turned}, {Name: "server"}}
	for w := layout.MinWidth; w <= 120; w++ {
		for _, lines := range [][]string{WayByHop(st, hops, w), WayInFull(st, hops, w)} {
			if lines == nil && w < 50 {
				continue // one line says it
			}
			all := ansi.Strip(strings.Join(lines, "\n"))
			for _, l := range lines {
				if layout.Width(l) > w {
					t.Errorf("%d cells: %q", w, l)
				}
			}
			for _, name := range []string{"sidecar", "egress", "waypoint", "server", "tls"} {
				if !strings.Contains(all, name) {
					t.Errorf("%d cells: no %s in\n%s", w, name, all)
				}
			}
			if strings.Count(all, theme.Unknown) != 6 || strings.Count(all, theme.Bad) != 1 {
				t.Errorf("%d cells: other marks than six unknown and one broken:\n%s", w, all)
			}
		}
	}
	full := ansi.Strip(strings.Join(WayInFull(st, hops, 80), "\n"))
	if !strings.Contains(full, "✗ was ✓ Secret shop/cert") || !strings.Contains(full, "egress   Pod a/b") {
		t.Errorf("got\n%s", full)
	}
	if one := hops[:1]; WayByHop(st, one, 80) != nil || WayInFull(st, one, 80) != nil {
		t.Error("one hop of which nothing is told is more than a line")
	}
}
