package keymap

import (
	"slices"
	"strings"
	"testing"
)

func TestNoKeyMeansTwoThings(t *testing.T) {
	t.Parallel()
	if err := Check(Table()); err != nil {
		t.Error(err)
	}
}

func TestRebind(t *testing.T) {
	t.Parallel()
	table, err := Rebind(Table(), map[Intent][]string{Hint: {"ctrl+h", "x"}})
	if err != nil {
		t.Fatal(err)
	}
	keys := New(table)
	if keys.Lookup(LabDiagnose, "ctrl+h") != Hint || keys.Lookup(LabDiagnose, "x") != Hint || keys.Lookup(LabDiagnose, "H") != "" {
		t.Error("a hint does not have the keys it was given, or still its old one")
	}
	if b := keys.In(LabDiagnose); !slices.ContainsFunc(b, func(b Binding) bool { return b.Intent == Hint && b.Show == "ctrl+h" }) {
		t.Error("the footer would show the old key")
	}
	for name, other := range map[string]map[Intent][]string{
		`the key b means`:           {Hint: {"b"}},
		`the key ? means "help" ev`: {Hint: {"?"}},
		`there is no key "escape"`:  {Back: {"escape"}},
		`there is no key "shift+a"`: {Hint: {"shift+a"}},
		`means "interrupt"`:         {Yes: {"ctrl+c"}},
		`means "quit"`:              {Quit: {"t"}},
	} {
		if _, err := Rebind(Table(), other); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v, want %q", other, err, name)
		}
	}
}

func TestEveryBindingIsExplained(t *testing.T) {
	t.Parallel()
	for _, b := range Table() {
		if b.Show == "" || b.Long == "" || len(b.Keys) == 0 {
			t.Errorf("%s: %q has no key, no name for it or no help", b.Scope, b.Intent)
		}
		if b.Scope.Typing() {
			for _, k := range b.Keys {
				if len([]rune(k)) == 1 || k == "space" {
					t.Errorf("%s: key %q would be lost to the text", b.Scope, k)
				}
			}
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	keys := New(Table())
	cases := []struct {
		scope Scope
		key   string
		want  Intent
	}{
		{Home, "enter", Go},
		{Home, "?", ""},
		{LabDiagnose, "h", Healthy},
		{LabDiagnose, "H", Hint},
		{LabType, "h", ""},
		{LabType, "esc", Back},
		{ReviewQuestion, "1", ""},
		{ReviewAnswer, "1", RateAgain},
	}
	for _, c := range cases {
		if got := keys.Lookup(c.scope, c.key); got != c.want {
			t.Errorf("%s, key %q: got %q, want %q", c.scope, c.key, got, c.want)
		}
	}
	everywhere := []struct {
		scope Scope
		key   string
		want  Intent
	}{
		{Home, "?", Help},
		{Home, "q", Quit},
		{LabType, "q", ""},
		{LabType, "?", ""},
		{LabType, "ctrl+c", Interrupt},
		{Page, "q", ""},
		{Confirm, "ctrl+c", Interrupt},
	}
	for _, c := range everywhere {
		if got := keys.Everywhere(c.scope, c.key); got != c.want {
			t.Errorf("%s, key %q anywhere: got %q, want %q", c.scope, c.key, got, c.want)
		}
	}
}
