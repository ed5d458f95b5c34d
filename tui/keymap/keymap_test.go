package keymap

import "testing"

func TestNoKeyMeansTwoThings(t *testing.T) {
	t.Parallel()
	type place struct {
		scope Scope
		key   string
	}
	seen := map[place]Intent{}
	for _, b := range Table() {
		for _, k := range b.Keys {
			p := place{b.Scope, k}
			if other, taken := seen[p]; taken {
				t.Errorf("%s: key %q means both %q and %q", b.Scope, k, other, b.Intent)
			}
			seen[p] = b.Intent
		}
	}
	for p, intent := range seen {
		if g, taken := seen[place{Global, p.key}]; taken && p.scope != Global && !p.scope.modal() {
			t.Errorf("%s: key %q means %q and hides the global %q", p.scope, p.key, intent, g)
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
