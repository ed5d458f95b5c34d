package filter

import (
	"strings"
	"unicode/utf8"
)

// pattern matches a whole text, in any case of its letters; * stands for
// anything.
func pattern(value string) func(string) bool {
	parts := strings.Split(strings.ToLower(value), "*")
	if len(parts) == 1 {
		return func(s string) bool { return strings.EqualFold(s, value) }
	}
	first, last, inner := parts[0], parts[len(parts)-1], parts[1:len(parts)-1]
	return func(s string) bool {
		s = strings.ToLower(s)
		rest, ok := strings.CutPrefix(s, first)
		if !ok {
			return false
		}
		for _, p := range inner {
			i := strings.Index(rest, p)
			if i < 0 {
				return false
			}
			rest = rest[i+len(p):]
		}
		return strings.HasSuffix(rest, last)
	}
}

// contains looks for a text anywhere. Lists are narrowed with each letter, and
// most of what people type is ASCII: that needs no copy of the card.
func contains(value string) func(string) bool {
	value = strings.ToLower(value)
	if strings.Contains(value, "*") {
		return pattern("*" + value + "*")
	}
	for i := range len(value) {
		if value[i] >= utf8.RuneSelf {
			return func(s string) bool { return strings.Contains(strings.ToLower(s), value) }
		}
	}
	return func(s string) bool { return containsASCII(s, value) }
}

// containsASCII reports whether a text holds one of lower-case ASCII letters.
func containsASCII(s, lower string) bool {
	if lower == "" {
		return true
	}
next:
	for i := 0; i+len(lower) <= len(s); i++ {
		for j := range len(lower) {
			c := s[i+j]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != lower[j] {
				continue next
			}
		}
		return true
	}
	return false
}
