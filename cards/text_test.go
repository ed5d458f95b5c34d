package cards_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gatedrill/gatedrill/cards"
)

func TestClean(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "404 NR – “gone”\n\ttab ✓ 日本", "404 NR – “gone”\n\ttab ✓ 日本"},
		{"colour", "a \x1b[1;31mred\x1b[0m b", "a red b"},
		{"private mode", "\x1b[?1049hx", "x"},
		{"title", "\x1b]0;pwned\x07x", "x"},
		{"title ended by ST", "\x1b]0;pwned\x1b\\x", "x"},
		{"clipboard that never ends", "\x1b]52;c;aGk= and more\nnext", "52;c;aGk= and more\nnext"},
		{"device control", "\x1bPq#0\x1b\\x", "x"},
		{"reset", "\x1bcx", "x"},
		{"eight bit", "\u009b31mred\u009d0;t\u009cx", "redx"},
		{"escape at the end", "x\x1b", "x"},
		{"unfinished sequence", "x\x1b[12", "x12"},
		{"bell and backspace", "a\a\bb\x7f", "ab"},
		{"line ends", "a\r\nb\rc", "a\nbc"},
		{"text turned around", "safe\u202eevil\u2066", "safeevil"},
		{"every mark of direction", "a\u061c\u200e\u200f\u202a\u2069b", "ab"},
		{"line ends of no terminal", "a\u2028\u2029b", "ab"},
		{"raw C1 byte", "a\x9b31mb", "a\uFFFD31mb"},
		{"window title in text", "a\x1b]0;owned\x07b", "ab"},
		{"nested sequences", "\x1b\x1b[[31m31m", "31m31m"},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb"},
		{"entity", "a&#27;[31mb", "a[31mb"},
		{"hexadecimal entity", "a&#x1B;&#X9b;&#00007;b", "ab"},
		{"entity made of another", "&#x&#27;1b;x", "x"},
		{"harmless entity", "&#9731; &amp; &#10;", "&#9731; &amp; &#10;"},
		{"not an entity", "&#; &#x; &#99999999999;", "&#; &#x; &#99999999999;"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := cards.Clean(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got, want := cards.Unsafe(tt.in), tt.in != tt.want; got != want {
				t.Errorf("unsafe: %v, want %v", got, want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b]0;a\x1b[31m&#2&#27;7;")
	f.Fuzz(func(t *testing.T, s string) {
		c := cards.Clean(s)
		if !utf8.ValidString(c) || strings.ContainsAny(c, "\x1b\a\b\r\x7f\u009b\u009d") || cards.Unsafe(c) {
			t.Errorf("%q became %q", s, c)
		}
		if cards.Clean(c) != c {
			t.Errorf("%q is cleaned to %q, and that to %q", s, c, cards.Clean(c))
		}
	})
}
