package cards

import "strings"

// elsewhere begins the algorithm of what happened in another program.
const elsewhere = "elsewhere/"

// Elsewhere is the algorithm of an answer that another program took, with what
// else that wrote of it.
func Elsewhere(written string) string { return elsewhere + written }

// Elsewhere reports whether another program took the answer, and what else it
// wrote. Nothing was promised by ours then, so the scheduler says what it does,
// and Before tells only in which state the card was.
func (a Answer) Elsewhere() (written string, ok bool) {
	return strings.CutPrefix(a.Algorithm, elsewhere)
}
