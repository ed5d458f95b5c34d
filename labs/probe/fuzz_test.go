package probe

import "testing"

// FuzzParseLine: whatever a log holds, reading it ends, and what is read is
// the line's own text.
func FuzzParseLine(f *testing.F) {
	for _, l := range []string{lineNR, lineTLS, lineDPE, lineUF, lineTCP, "", `[2026-11-23T22:42:08.528Z] "`, `["""""""""""""" 1 2`} {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, ok := ParseLine(text)
		if ok && (l.At.IsZero() || l.Text == "") {
			t.Errorf("%q: read as %+v", text, l)
		}
		l.Of(&Result{ID: "id"})
		l.Leads(&l)
	})
}
