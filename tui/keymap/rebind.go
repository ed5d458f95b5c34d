package keymap

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rebind gives intents other keys, wherever they are in force; where text is
// typed, only those that are no text. A key that is none, or that would mean
// two things in one place, is refused by name.
func Rebind(table []Binding, other map[Intent][]string) ([]Binding, error) {
	out := slices.Clone(table)
	for i, b := range out {
		keys, ok := other[b.Intent]
		if !ok {
			continue
		}
		for _, k := range keys {
			if !isKey(k) {
				return nil, fmt.Errorf("there is no key %q: want a letter or sign, or a name such as ctrl+h, f2, space, esc or shift+pgup", k)
			}
		}
		if b.Scope.Typing() || b.Intent == Sleep || b.Intent == Interrupt {
			keys = slices.DeleteFunc(slices.Clone(keys), printable)
		}
		if len(keys) > 0 {
			out[i].Keys, out[i].Show = keys, Name(keys[0])
		}
	}
	return out, Check(out)
}

func printable(key string) bool { return utf8.RuneCountInString(key) == 1 || key == "space" }

// isKey says whether a key can be pressed that is called so, as Bubble Tea
// names keys.
func isKey(key string) bool {
	name := key
	for _, mod := range []string{"ctrl+", "alt+", "shift+"} {
		name = strings.TrimPrefix(name, mod)
	}
	if r, n := utf8.DecodeRuneInString(name); n == len(name) && n > 0 {
		shifted := strings.HasSuffix(strings.TrimSuffix(key, name), "shift+") // is another letter
		return unicode.IsPrint(r) && r != ' ' && !shifted
	}
	named := []string{"enter", "esc", "tab", "backspace", "space", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "insert", "delete"}
	number, function := strings.CutPrefix(name, "f")
	n, err := strconv.Atoi(number)
	return slices.Contains(named, name) || function && err == nil && n >= 1 && n <= 20
}

// Check finds keys that mean two things.
func Check(table []Binding) error {
	type place struct {
		scope Scope
		key   string
	}
	seen := map[place]Binding{}
	for _, b := range table {
		for _, k := range b.Keys {
			if b.Scope.Typing() && printable(k) {
				return fmt.Errorf("the key %s is text in %q, and cannot mean %q there", k, b.Scope, b.Intent)
			}
			if other, taken := seen[place{b.Scope, k}]; taken && other.Intent != b.Intent {
				return fmt.Errorf("the key %s means %q in %q already, and cannot mean %q too", k, other.Intent, b.Scope, b.Intent)
			}
			seen[place{b.Scope, k}] = b
		}
	}
	for p, b := range seen {
		g, taken := seen[place{Global, p.key}]
		always := g.Intent == Interrupt || g.Intent == Sleep // also while typing, and over a screen
		if taken && p.scope != Global && p.scope != LabShell && (always || !p.scope.modal() && !p.scope.Typing()) {
			return fmt.Errorf("the key %s means %q everywhere, and cannot mean %q in %q", p.key, g.Intent, b.Intent, p.scope)
		}
	}
	return nil
}

// Name is how a key is printed.
func Name(key string) string {
	return strings.NewReplacer("enter", "⏎", "right", "→", "left", "←", "pgdown", "pgdn", "down", "↓", "pgup", "pgup", "up", "↑", "tab", "⇥").Replace(key)
}
