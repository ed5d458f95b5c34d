package deck

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// Problem is something wrong with a deck file. All of it is safe to show.
type Problem struct {
	File string // safe to show, see shown
	Line int    // 0 when it concerns the file
	Text string // the offending text, "" when there is none
	What string // what is wrong and what is wanted
	Lost bool   // the card, or the whole file, is not loaded
	// Clash says that a card of the learner's and one of the program's have one
	// id, and are not, or no more, the copy and its original.
	Clash bool
}

// Error gives "file:line: what: text", the text made safe to show.
func (p Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Text == "" {
		return at + ": " + p.What
	}
	return fmt.Sprintf("%s: %s: %q", at, p.What, shorten(p.Text))
}

// shorten cuts a text to what fits in a line of an error.
func shorten(s string) string {
	const most = 80
	r := []rune(strings.TrimSpace(s))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most-1]) + "…"
}

// unread is the problem of a file or folder that cannot be read.
func unread(path string, err error) Problem {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err // the file is named already
	}
	return Problem{File: shown(path), What: "cannot be read: " + cards.Clean(err.Error()), Lost: true}
}

// shown is a path as it may be shown: one that holds control characters, line
// ends or bytes that are no text is quoted, so that it still names its file.
func shown(path string) string {
	if cards.Unsafe(path) || strings.ContainsAny(path, "\n\t") {
		return strconv.Quote(path)
	}
	return path
}

// Join makes one error of all problems, nil of none.
func Join(problems []Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// Lost counts the problems that keep cards from being loaded.
func Lost(problems []Problem) int {
	n := 0
	for _, p := range problems {
		if p.Lost {
			n++
		}
	}
	return n
}
