package keymap

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rebind gives intents other keys, wherever they are in force. A key that would
// mean two things in one place, or be lost to a text, is refused by name.
func Rebind(table []Binding, other map[Intent][]string) ([]Binding, error) {
	out := slices.Clone(table)
	for i, b := range out {
		if keys, ok := other[b.Intent]; ok {
			out[i].Keys, out[i].Show = keys, Name(keys[0])
		}
	}
	return out, Check(out)
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
			if b.Scope.Typing() && (utf8.RuneCountInString(k) == 1 || k == "space") {
				return fmt.Errorf("the key %s is text in %q, and cannot mean %q there", k, b.Scope, b.Intent)
			}
			if other, taken := seen[place{b.Scope, k}]; taken && other.Intent != b.Intent {
				return fmt.Errorf("the key %s means %q in %q already, and cannot mean %q too", k, other.Intent, b.Scope, b.Intent)
			}
			seen[place{b.Scope, k}] = b
		}
	}
	for p, b := range seen {
		if g, taken := seen[place{Global, p.key}]; taken && p.scope != Global && !p.scope.modal() && !p.scope.Typing() {
			return fmt.Errorf("the key %s means %q everywhere, and cannot mean %q in %q", p.key, g.Intent, b.Intent, p.scope)
		}
	}
	return nil
}

// Name is how a key is printed.
func Name(key string) string {
	return strings.NewReplacer("enter", "⏎", "right", "→", "left", "←", "pgdown", "pgdn", "down", "↓", "pgup", "pgup", "up", "↑", "tab", "⇥").Replace(key)
}
