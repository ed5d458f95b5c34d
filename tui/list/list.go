// Package list is a list of rows that is narrowed by typing, with one of them
// marked. It is no screen of its own: lists of labs, cards and commands are
// made of it.
package list

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// List is a marked line among the rows that match a filter.
type List struct {
	env    *screen.Env
	field  widget.Field
	typing bool
	rows   int // how many there are
	match  Matcher
	wrong  string // why the text is no filter
	shown  []int  // rows that match
	marked int    // index into shown
	// Height is the number of lines of the screen that shows it, for paging.
	Height int
}

// Matcher reads what was typed as a condition of rows.
type Matcher func(typed string) (func(row int) bool, error)

// New makes an empty list.
func New(env *screen.Env, match Matcher) List {
	return List{env: env, field: widget.NewField(env.Styles), match: match}
}

// Words is a matcher for rows whose text holds every word that was typed.
func Words(text func(row int) string) Matcher {
	return func(typed string) (func(int) bool, error) {
		all := strings.Fields(strings.ToLower(typed))
		return func(row int) bool {
			return !slices.ContainsFunc(all, func(w string) bool { return !strings.Contains(strings.ToLower(text(row)), w) })
		}, nil
	}
}

// Fill tells how many rows there are; the marked row stays marked when it can.
func (l *List) Fill(rows int) {
	l.rows = rows
	l.narrow()
}

// narrow finds the rows that match. While the last word of a filter is not
// typed to its end, the words before it count; if they are no filter either,
// all rows are shown.
func (l *List) narrow() {
	typed := l.field.Value()
	match, err := l.match(typed)
	if l.wrong = widget.Words(err); err != nil {
		if match, err = l.match(typed[:max(0, strings.LastIndexByte(typed, ' '))]); err != nil {
			match = func(int) bool { return true }
		}
	}
	l.shown = l.shown[:0]
	for i := range l.rows {
		if match(i) {
			l.shown = append(l.shown, i)
		}
	}
	l.marked = max(0, min(l.marked, len(l.shown)-1))
}

// Row is the marked row, -1 when none matches.
func (l *List) Row() int {
	if l.marked >= len(l.shown) {
		return -1
	}
	return l.shown[l.marked]
}

// Do acts on what all lists have in common. Back is only taken while
// there is a filter to drop.
func (l *List) Do(i keymap.Intent) bool {
	page := max(l.Height-5, 1)
	switch i {
	case keymap.Up:
		l.mark(-1)
	case keymap.Down:
		l.mark(1)
	case keymap.PageUp:
		l.mark(-page)
	case keymap.PageDown:
		l.mark(page)
	case keymap.Top:
		l.mark(-len(l.shown))
	case keymap.Bottom:
		l.mark(len(l.shown))
	case keymap.Filter:
		l.Open()
	case keymap.Back:
		if !l.typing && l.field.Value() == "" {
			return false
		}
		l.field.Set("")
		l.stop()
		l.narrow()
	case keymap.Go:
		if !l.typing {
			return false
		}
		l.stop()
	default:
		return false
	}
	return true
}

func (l *List) stop() {
	l.typing = false
	l.field.Blur()
}

func (l *List) mark(n int) { l.marked = max(0, min(l.marked+n, len(l.shown)-1)) }

// Typed gives a key or a paste to the filter, which takes it while it is open.
func (l *List) Typed(msg tea.Msg) tea.Cmd {
	cmd := l.field.Update(msg)
	l.narrow()
	return cmd
}

// Head is the line above the rows.
func (l *List) Head(w int, what string) string {
	st := l.env.Styles
	right := widget.Count(len(l.shown), what)
	if len(l.shown) != l.rows {
		right = fmt.Sprint(len(l.shown)) + st.Faint.Render(" of "+widget.Count(l.rows, what))
	}
	switch {
	case l.typing:
		return layout.Ends(st.Accent.Render(" / ")+l.field.View(w/2), right, w-1)
	case l.field.Value() != "":
		return layout.Ends(st.Accent.Render(" / ")+l.field.Value(), right, w-1)
	}
	return layout.Ends(st.Faint.Render(" / narrows the list"), right, w-1)
}

// Window draws the rows around the marked one.
func (l *List) Window(h int, draw func(row int, marked bool) string) []string {
	scroll := layout.Scroll{}.To(l.marked, len(l.shown), h)
	var out []string
	for i := scroll.Offset; i < min(len(l.shown), scroll.Offset+h); i++ {
		out = append(out, draw(l.shown[i], i == l.marked))
	}
	return out
}

// Open lets the filter take what is typed.
func (l *List) Open() {
	l.typing = true
	l.field.Focus()
}

// Typing says whether what is typed goes into the filter.
func (l *List) Typing() bool { return l.typing }

// Filter is what was typed into the filter.
func (l *List) Filter() string { return l.field.Value() }

// Wrong says why what was typed is no filter, "" if it is one.
func (l *List) Wrong() string { return l.wrong }

// Len is the number of rows that match.
func (l *List) Len() int { return len(l.shown) }
