// Package help draws the list of keys of a scope from the table of keys. The
// root shows it as a page.
package help

import (
	"strings"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Lines lists the keys that work in a scope: its own first, then those that
// work everywhere, each with what it does.
func Lines(st *theme.Styles, keys *keymap.Keys, s keymap.Scope, w int) []string {
	var out []string
	for _, scope := range []keymap.Scope{s, keymap.Global} {
		out = append(out, "", " "+st.Strong.Render("Keys: "+string(scope)))
		for _, b := range keys.In(scope) {
			out = append(out, entry(st, b, w)...)
		}
	}
	const marks = "Marks: ✓ healthy or done, ✗ broken, – not on the path, ? not verified or not known"
	out = append(out, "")
	for _, l := range layout.Flow(marks, min(w-2, 88)) {
		out = append(out, " "+st.Faint.Render(l))
	}
	return out
}

const keyColumn = 14

func entry(st *theme.Styles, b keymap.Binding, w int) []string {
	shown := make([]string, len(b.Keys))
	for i, k := range b.Keys {
		shown[i] = keymap.Name(k)
	}
	keys := strings.Join(shown, " ")
	lines := layout.Flow(b.Long, min(w-keyColumn-3, 80))
	for i, l := range lines {
		head := ""
		if i == 0 {
			head = keys
		}
		lines[i] = "  " + st.Accent.Render(layout.Pad(head, keyColumn)) + l
	}
	return lines
}

// Footer is the line of keys at the foot of the screen: as many as fit, the
// most useful first, the way to all of them always last. What is of no use now
// is left out.
func Footer(st *theme.Styles, keys *keymap.Keys, s keymap.Scope, useful func(keymap.Intent) bool, w int) string {
	last := " ? keys"
	if s.Typing() || s == keymap.Confirm || s == keymap.LabShell {
		last = ""
	}
	line := ""
	for _, b := range keys.In(s) {
		if b.Short == "" || !useful(b.Intent) {
			continue
		}
		next := line + " " + st.Accent.Render(b.Show) + " " + b.Short + "  "
		if layout.Width(next)+layout.Width(last) > w {
			break
		}
		line = next
	}
	if last != "" {
		line += " " + st.Accent.Render("?") + " keys"
	}
	return layout.Cut(line, w)
}
