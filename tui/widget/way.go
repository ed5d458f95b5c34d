package widget

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// WayByHop draws the way of a request with a line for each hop; nothing where
// there is one hop only, which PathLine draws, and where a line has no room.
func WayByHop(s *theme.Styles, hops []labs.HopMark, w int) []string {
	if len(hops) < 2 {
		return nil
	}
	label := labelWidth(hops)
	out := make([]string, len(hops))
	for i, h := range hops {
		out[i] = s.Faint.Render(joint(i, len(hops))+" ") + hopName(s, h, label)
		if len(h.Layers) > 0 && !h.Gone {
			marks := fitting(s, h.Layers, w-label-3, []form{{"", "  ", layerName}, {"", " ", shortName}})
			if strings.HasSuffix(ansi.Strip(marks), "…") {
				return nil
			}
			out[i] += " " + marks
		}
		out[i] = layout.Cut(out[i], w)
	}
	return out
}

// WayInFull draws the way of a request with a line for each layer of each hop
// and what it rests on; nothing while there is nothing of that.
func WayInFull(s *theme.Styles, hops []labs.HopMark, w int) []string {
	if !slices.ContainsFunc(hops, told) {
		return nil
	}
	label := labelWidth(hops)
	var out []string
	for i, h := range hops {
		if h.Name != "" || h.Proxy != "" {
			head := s.Faint.Render(joint(i, len(hops)) + " ")
			if label > 0 {
				head += hopName(s, h, label) + " "
			}
			if !h.Gone {
				head += s.Faint.Render(h.Proxy)
			}
			out = append(out, layout.Cut(head, w))
		}
		if h.Gone {
			continue
		}
		rail := "│ "
		if i == len(hops)-1 {
			rail = "  "
		}
		for _, m := range h.Layers {
			out = append(out, layout.Cut(s.Faint.Render(rail)+layerLine(s, m), w))
		}
	}
	return out
}

// layerLine is one layer with its mark, how it was before, and its note.
func layerLine(s *theme.Styles, m labs.PathMark) string {
	mark, style := Verdict(s, m.Verdict)
	line := layout.Pad(string(m.Layer), 11) + " " + style.Render(mark)
	if (m.Was == labs.Healthy || m.Was == labs.Broken) && m.Was != m.Verdict {
		was, color := Verdict(s, m.Was)
		line += s.Faint.Render(" was ") + color.Render(was)
	}
	if m.Note != "" {
		line += " " + m.Note
	}
	return line
}

func told(h labs.HopMark) bool {
	return h.Proxy != "" || slices.ContainsFunc(h.Layers, func(m labs.PathMark) bool { return m.Note != "" })
}

func hopName(s *theme.Styles, h labs.HopMark, w int) string {
	name := layout.Pad(h.Name, w)
	if h.Gone {
		return s.Faint.Render(name + " the request does not get here now")
	}
	return s.Strong.Render(name)
}

func labelWidth(hops []labs.HopMark) int {
	w := 0
	for _, h := range hops {
		w = max(w, layout.Width(h.Name))
	}
	return w
}

// joint joins the hops into one line, from the client downwards.
func joint(i, of int) string {
	switch {
	case of == 1:
		return "─"
	case i == 0:
		return "┌"
	case i == of-1:
		return "└"
	}
	return "├"
}
