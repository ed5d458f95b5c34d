package layout

import (
	"cmp"
	"slices"
)

// Form is one way to draw a block.
type Form struct {
	Rank  int // of all forms in use the one of lowest rank gives way first
	Lines []string
}

// Block is some lines of a column that belong together, in one or more forms,
// the fullest first. When the last one gives way the block is left out.
type Block struct {
	Name  string // tells blocks apart once they are chosen; may be empty
	Forms []Form
}

// One is a block of one form.
func One(rank int, lines ...string) Block {
	if len(lines) == 0 {
		return Block{}
	}
	return Block{Forms: []Form{{rank, lines}}}
}

// Shorten is a block that loses its last lines one by one down to least of
// them; then its last line is more, which says how to see the rest.
func Shorten(rank int, lines []string, least int, more string) Block {
	b := One(rank, lines...)
	for n := len(lines) - 1; n >= max(least, 1); n-- {
		b.Forms = append(b.Forms, Form{rank, Head(lines, n, more)})
	}
	return b
}

// Choose picks a form for each block, so that all fit into h lines. Forms of
// low rank give way to shorter ones of their block first. Lines that are left
// then, since a form is taken as a whole, go to what gave way, the highest
// rank first. Each block returned has one form, or none if it is left out.
func Choose(blocks []Block, h int) []Block {
	at := make([]int, len(blocks))
	for over(blocks, at, h) {
		low := -1
		for i, b := range blocks {
			if at[i] < len(b.Forms) && (low < 0 || b.Forms[at[i]].Rank < blocks[low].Forms[at[low]].Rank) {
				low = i
			}
		}
		if low < 0 {
			break
		}
		at[low]++
	}
	regain(blocks, at, h)
	out := make([]Block, len(blocks))
	for i, b := range blocks {
		out[i] = Block{Name: b.Name, Forms: b.Forms[at[i]:min(at[i]+1, len(b.Forms))]}
	}
	return out
}

func over(blocks []Block, at []int, h int) bool {
	n := 0
	for i, b := range blocks {
		if at[i] < len(b.Forms) {
			n += len(b.Forms[at[i]].Lines)
		}
	}
	return n > h
}

// regain takes fuller forms where there is room for them.
func regain(blocks []Block, at []int, h int) {
	type form struct{ block, form, rank int }
	var lost []form
	for i, b := range blocks {
		for f := range at[i] {
			lost = append(lost, form{i, f, b.Forms[f].Rank})
		}
	}
	slices.SortStableFunc(lost, func(a, b form) int { return cmp.Compare(b.rank, a.rank) })
	for _, l := range lost {
		if was := at[l.block]; l.form < was {
			at[l.block] = l.form
			if over(blocks, at, h) {
				at[l.block] = was
			}
		}
	}
}

// Lines are the lines of blocks, each in its first form.
func Lines(blocks []Block) []string {
	var out []string
	for _, b := range blocks {
		if len(b.Forms) > 0 {
			out = append(out, b.Forms[0].Lines...)
		}
	}
	return out
}

// Stack puts blocks below each other into h lines.
func Stack(blocks []Block, h int) []string { return Lines(Choose(blocks, h)) }

// Has reports whether a block of this name was not left out.
func Has(chosen []Block, name string) bool {
	return slices.ContainsFunc(chosen, func(b Block) bool { return b.Name == name && len(b.Forms) > 0 })
}
