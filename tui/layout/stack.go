package layout

// Block is some lines of a column that belong together.
type Block struct {
	Rank  int // what has the lowest rank gives way first
	Lines []string
	Short []string // in place of Lines before any of them is left out; may be nil
}

// Stack puts blocks below each other into h lines. When they do not fit, the
// one of lowest rank takes its short form, then is shortened, with more as its
// last line, or left out if fewer than two of its lines would remain, and so
// on.
func Stack(blocks []Block, h int, more string) []string {
	blocks = append([]Block{}, blocks...)
	for over := Height(blocks) - h; over > 0; over = Height(blocks) - h {
		low := -1
		for i, b := range blocks {
			if len(b.Lines) > 0 && (low < 0 || b.Rank < blocks[low].Rank) {
				low = i
			}
		}
		if low < 0 {
			break
		}
		if s := blocks[low].Short; s != nil {
			blocks[low].Short = nil
			if len(s) < len(blocks[low].Lines) {
				blocks[low].Lines = s
				continue
			}
		}
		if keep := len(blocks[low].Lines) - over; keep >= 2 {
			blocks[low].Lines = Head(blocks[low].Lines, keep, more)
		} else {
			blocks[low].Lines = nil
		}
	}
	var out []string
	for _, b := range blocks {
		out = append(out, b.Lines...)
	}
	return out
}

// Height is how many lines the blocks have together.
func Height(blocks []Block) int {
	n := 0
	for _, b := range blocks {
		n += len(b.Lines)
	}
	return n
}
