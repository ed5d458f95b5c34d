package cards

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text safe to show in a terminal, wherever it comes from: escape
// sequences, other control characters and marks that reorder text are removed,
// also where they hide in numeric entities, which Markdown would turn back into
// characters. Line ends become \n; tabs stay.
func Clean(s string) string {
	if !Unsafe(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ToValidUTF8(s, "\uFFFD")
	for Unsafe(s) { // removing one entity may put another one together
		s = dropEntities(dropControls(s))
	}
	return s
}

// Unsafe reports whether Clean would change the text.
func Unsafe(s string) bool {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, IsControl) {
		return true
	}
	return strings.Contains(s, "&#") && dropEntities(s) != s
}

// IsControl reports whether a character may do something else in a terminal
// than to be read: C0, DEL and C1, what turns the reading direction around, and
// the two line ends that no terminal shows as such. Line ends and tabs are
// none.
func IsControl(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// dropControls removes control characters, and with an introducer the whole
// sequence it begins.
func dropControls(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == 0x1b || r == 0x9b || r == 0x9d || r == 0x90 || r == 0x98 || r == 0x9e || r == 0x9f:
			i += sequence(s[i:], r, n)
		case IsControl(r):
			i += n
		default:
			b.WriteString(s[i : i+n])
			i += n
		}
	}
	return b.String()
}

// sequence measures the escape sequence at the start of s, which r of n bytes
// introduces. One that never ends is its introducer only, so that the text
// after it is not lost.
func sequence(s string, r rune, n int) int {
	rest := s[n:]
	if r == 0x1b {
		if rest == "" {
			return n
		}
		switch rest[0] {
		case '[':
			r = 0x9b
		case ']', 'P', 'X', '^', '_':
			r = 0x9d
		default:
			_, m := utf8.DecodeRuneInString(rest)
			if m == 1 && rest[0] > 0x20 && rest[0] < 0x7f {
				return n + 1
			}
			return n
		}
		n, rest = n+1, rest[1:]
	}
	if r == 0x9b {
		i := strings.IndexFunc(rest, func(c rune) bool { return c < 0x20 || c > 0x3f })
		if i >= 0 && rest[i] >= 0x40 && rest[i] <= 0x7e {
			return n + i + 1
		}
		return n
	}
	if i := strings.IndexAny(rest, "\a\u009c\n"); i >= 0 && rest[i] != '\n' {
		_, m := utf8.DecodeRuneInString(rest[i:])
		if j := strings.Index(rest[:i], "\x1b\\"); j >= 0 {
			return n + j + 2
		}
		return n + i + m
	}
	if line, _, _ := strings.Cut(rest, "\n"); strings.Contains(line, "\x1b\\") {
		return n + strings.Index(line, "\x1b\\") + 2
	}
	return n
}

// entity is a numeric entity, also one whose semicolon was forgotten.
var entity = regexp.MustCompile(`&#([xX][0-9a-fA-F]+|[0-9]+);?`)

// maxCodePoint is the length of the longest numeric entity that is decoded.
const maxCodePoint = 7

// dropEntities removes numeric entities of control characters.
func dropEntities(s string) string {
	return entity.ReplaceAllStringFunc(s, func(e string) string {
		digits, base := strings.TrimSuffix(e[2:], ";"), 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		digits = strings.TrimLeft(digits, "0")
		if len(digits) > maxCodePoint {
			return e
		}
		v, err := strconv.ParseInt("0"+digits, base, 32)
		if err != nil || !IsControl(rune(v)) {
			return e
		}
		return ""
	})
}
