package layout

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Cursor marks the cell of a text where the terminal's cursor belongs. It
// takes no room and survives cutting, padding and columns; TakeCursor takes it
// out. It is a command to the terminal that none knows, and cannot come from
// what a screen shows, since escape sequences are taken out of that.
const Cursor = "\x1b_cursor\x1b\\"

// PutCursor marks the cell x of a line.
func PutCursor(line string, x int) string {
	return ansi.Truncate(line, x, "") + Cursor + ansi.TruncateLeft(line, x, "")
}

// TakeCursor returns the lines without the mark, and its cell.
func TakeCursor(lines []string) (out []string, x, y int, found bool) {
	for i, l := range lines {
		before, after, marked := strings.Cut(l, Cursor)
		if !marked {
			continue
		}
		out = append([]string{}, lines...)
		out[i] = before + strings.ReplaceAll(after, Cursor, "")
		return out, Width(before), i, true
	}
	return lines, 0, 0, false
}
