package lint

import (
	"slices"
	"strings"
)

// unknown stands in a word for what is known only when the command runs.
const unknown = "$"

// shell takes a line of a shell apart, as far as commands and their words go.
type shell struct {
	text string
	at   int
	done [][]string // whole commands
}

// commandsOf lists the commands of a line as words without quotes: those of a
// pipe, of a loop, and those whose output becomes a part of another one too.
func commandsOf(line string) [][]string {
	s := &shell{text: line}
	for s.at < len(s.text) {
		s.list()
		s.at++ // a parenthesis that nothing opened
	}
	return s.done
}

// list reads commands until a parenthesis closes what they stand in.
func (s *shell) list() {
	var words []string
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == ')':
			s.end(words)
			return
		case c == '>' || c == '<':
			if n := len(words) - 1; n >= 0 && s.at > 0 && s.text[s.at-1] == words[n][0] && strings.Trim(words[n], "012") == "" {
				words = words[:n] // 2> says which output
			}
			s.redirect()
		case c == '(':
			s.end(words)
			words = nil
			s.group()
		case strings.IndexByte("|&;\n", c) >= 0:
			s.end(words)
			words = nil
			s.at++
		case c == ' ' || c == '\t':
			s.at++
		case c == '#':
			s.skip("\n")
		default:
			words = append(words, s.word())
		}
	}
	s.end(words)
}

// group reads the commands between two parentheses.
func (s *shell) group() {
	s.at++
	s.list()
	s.at++
}

// end keeps a command, and what it hands to a shell of its own.
func (s *shell) end(words []string) {
	if len(words) == 0 {
		return
	}
	s.done = append(s.done, words)
	for i, w := range words[:len(words)-1] {
		if w == "-c" && i > 0 && slices.Contains([]string{"sh", "bash"}, words[i-1]) && !slices.Contains(words[:i], "--") {
			s.done = append(s.done, commandsOf(words[i+1])...)
		}
	}
}

// redirect goes past a redirection: its file is no word of the command. What
// stands in <( is commands again.
func (s *shell) redirect() {
	s.at++
	for s.at < len(s.text) && strings.IndexByte("<>& ", s.text[s.at]) >= 0 {
		s.at++
	}
	if s.at < len(s.text) && s.text[s.at] == '(' {
		return
	}
	s.word()
}

// word reads one word, and the commands that are inside of it.
func (s *shell) word() string {
	var out strings.Builder
	for quoted := false; s.at < len(s.text); {
		c := s.text[s.at]
		switch {
		case c == '"':
			quoted = !quoted
			s.at++
		case c == '\\' && s.at+1 < len(s.text):
			out.WriteByte(s.text[s.at+1])
			s.at += 2
		case c == '$' || c == '`':
			s.expansion()
			out.WriteString(unknown)
		case quoted:
			out.WriteByte(c)
			s.at++
		case c == '\'':
			start := s.at + 1
			s.at = start
			s.skip("'")
			out.WriteString(s.text[start:s.at])
			s.at++
		case strings.IndexByte(" \t\n|&;()<>", c) >= 0:
			return out.String()
		default:
			out.WriteByte(c)
			s.at++
		}
	}
	return out.String()
}

// expansion goes past $NAME, ${NAME…}, $(commands) and `commands`.
func (s *shell) expansion() {
	rest := s.text[s.at:]
	switch {
	case strings.HasPrefix(rest, "$("):
		s.at++
		s.group()
	case strings.HasPrefix(rest, "${"):
		s.skip("}")
		s.at++
	case rest[0] == '`':
		start := s.at + 1
		s.at = start
		s.skip("`")
		s.done = append(s.done, commandsOf(s.text[start:min(s.at, len(s.text))])...)
		s.at++
	default:
		s.at++
		for s.at < len(s.text) && nameByte(s.text[s.at]) {
			s.at++
		}
	}
}

// skip goes to the next of some bytes, or to the end.
func (s *shell) skip(to string) {
	if i := strings.IndexAny(s.text[s.at:], to); i >= 0 {
		s.at += i
		return
	}
	s.at = len(s.text)
}

func nameByte(c byte) bool { return c != '-' && letter(string(c), 0) }
