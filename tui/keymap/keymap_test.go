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
		if g, taken := seen[place{Global, p.key}]; taken && p.scope != Global {
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
	cases := []struct {
		scope Scope
		key   string
		want  Intent
		found bool
	}{
		{Home, "enter", Go, true},
		{Home, "?", Help, true},
		{LabDiagnose, "h", Healthy, true},
		{LabDiagnose, "H", Hint, true},
		{LabType, "h", "", false},
		{LabType, "q", "", false},
		{LabType, "?", "", false},
		{LabType, "ctrl+c", Interrupt, true},
		{LabType, "esc", Back, true},
		{ReviewQuestion, "1", "", false},
		{ReviewAnswer, "1", RateAgain, true},
	}
	for _, c := range cases {
		got, found := Lookup(c.scope, c.key)
		if got != c.want || found != c.found {
			t.Errorf("%s, key %q: got %q %v, want %q %v", c.scope, c.key, got, found, c.want, c.found)
		}
	}
}
