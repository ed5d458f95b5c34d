package cards

// Difference is what a command that was typed has other than the accepted one
// that it comes nearest to. It is for the learner to see: the grade is his.
type Difference struct {
	Accepted string   // the one it was held against, as the deck writes it
	Trouble  string   // why what was typed is no command, "" if it is one
	Missing  []string // parts of the accepted one
	Extra    []string // parts that the accepted one has not
	Changed  []Change
}

// Change is a part that stands in the place of another.
type Change struct{ Want, Got string }

// Same reports whether nothing differs that makes a difference.
func (d Difference) Same() bool {
	return d.Trouble == "" && len(d.Missing)+len(d.Extra)+len(d.Changed) == 0
}
