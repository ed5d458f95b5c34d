package deck

import "strings"

// fenced follows fenced code over lines.
type fenced struct {
	mark string // the open fence, "" outside
	line int    // where it was opened
}

// inside reports whether a line belongs to fenced code, its fences included.
func (f *fenced) inside(number int, line string) bool {
	m := fence.FindStringSubmatch(line)
	if f.mark == "" {
		// A fence of backticks with a backtick after it is a code span.
		if m == nil || m[1][0] == '`' && strings.Contains(m[2], "`") {
			return false
		}
		f.mark, f.line = m[1], number
		return true
	}
	if m != nil && m[1][0] == f.mark[0] && len(m[1]) >= len(f.mark) && strings.TrimSpace(m[2]) == "" {
		f.mark = ""
	}
	return true
}
