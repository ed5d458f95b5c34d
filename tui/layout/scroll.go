package layout

// Scroll is a position in something longer than the screen. It is a value:
// its methods return the moved position.
type Scroll struct {
	Offset int // first line shown
}

// By moves by n lines within a text of total lines of which h are shown.
func (s Scroll) By(n, total, h int) Scroll {
	return Scroll{Offset: s.Offset + n}.Within(total, h)
}

// Within pulls the position back to where a full screen is shown.
func (s Scroll) Within(total, h int) Scroll {
	return Scroll{Offset: max(0, min(s.Offset, total-max(h, 0)))}
}

// To moves as little as needed to show line i.
func (s Scroll) To(i, total, h int) Scroll {
	if i < s.Offset {
		s.Offset = i
	}
	if h > 0 && i >= s.Offset+h {
		s.Offset = i - h + 1
	}
	return s.Within(total, h)
}

// Window returns the lines shown.
func (s Scroll) Window(lines []string, h int) []string {
	from := s.Within(len(lines), h).Offset
	return lines[from:min(len(lines), from+max(h, 0))]
}
