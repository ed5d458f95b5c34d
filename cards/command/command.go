// Package command says how a shell command that somebody typed differs from
// the ones that are right. What makes no difference to the tools is set
// aside: quotes, the order of flags, "--x=y" and "--x y", bundles of short
// flags, and the short names that kubectl, istioctl, curl and openssl have
// for flags, commands and resources. Of other programs it knows no flags, and
// takes their words as they are.
//
// It is pure: nothing is run, and nothing is expanded.
package command

import "github.com/gatedrill/gatedrill/cards"

// Compare holds what was typed against the commands that are right, and
// tells how it differs from the one that it comes nearest to.
func Compare(accept []string, typed string) cards.Difference {
	var best cards.Difference
	got, err := read(typed)
	if err != nil {
		d := cards.Difference{Trouble: err.Error()}
		if len(accept) > 0 {
			d.Accepted = accept[0]
		}
		return d
	}
	for i, a := range accept {
		d := cards.Difference{Accepted: a}
		if want, err := read(a); err != nil {
			d.Trouble = "the card's own command: " + err.Error()
		} else {
			compare(&d, want, got)
		}
		if i == 0 || weight(d) < weight(best) {
			best = d
		}
	}
	return best
}

// Check returns what keeps a text from being a command, nil if it is one.
func Check(text string) error {
	_, err := read(text)
	return err
}

// weight is how far a command is from another.
func weight(d cards.Difference) int {
	const unreadable = 1 << 20
	if d.Trouble != "" {
		return unreadable
	}
	return len(d.Missing) + len(d.Extra) + 2*len(d.Changed)
}

// compare goes through the calls of both lines, those of one program side by
// side.
func compare(d *cards.Difference, want, got []call) {
	for _, s := range align(want, got, call.program) {
		if !s.same {
			note(d, texts(s.want), texts(s.got))
			continue
		}
		w, g := s.want[0], s.got[0]
		if w.op != g.op && w.op != "" && g.op != "" {
			d.Changed = append(d.Changed, cards.Change{Want: w.op, Got: g.op})
		}
		wantWords, wantFlags := w.items()
		gotWords, gotFlags := g.items()
		for _, s := range align(wantWords, gotWords, item.name) {
			if !s.same {
				note(d, texts(s.want), texts(s.got))
			}
		}
		compareFlags(d, wantFlags, gotFlags)
	}
}

// compareFlags pairs flags whatever their order: first those that are the
// same, then those of one name.
func compareFlags(d *cards.Difference, want, got []item) {
	want, got = without(want, got, func(w, g item) bool { return w.key == g.key }, nil)
	want, got = without(want, got, func(w, g item) bool { return w.flag == g.flag }, func(w, g item) {
		d.Changed = append(d.Changed, cards.Change{Want: w.text, Got: g.text})
	})
	for _, w := range want {
		d.Missing = append(d.Missing, w.text)
	}
	for _, g := range got {
		d.Extra = append(d.Extra, g.text)
	}
}

// without takes pairs out of two lists.
func without(want, got []item, pair func(w, g item) bool, found func(w, g item)) (restWant, restGot []item) {
	taken := make([]bool, len(got))
	for _, w := range want {
		at := -1
		for i, g := range got {
			if !taken[i] && pair(w, g) {
				at = i
				break
			}
		}
		if at < 0 {
			restWant = append(restWant, w)
			continue
		}
		taken[at] = true
		if found != nil {
			found(w, got[at])
		}
	}
	for i, g := range got {
		if !taken[i] {
			restGot = append(restGot, g)
		}
	}
	return restWant, restGot
}

// note writes down what stands in one line in the place of something in the
// other.
func note(d *cards.Difference, want, got []string) {
	for len(want) > 0 && len(got) > 0 {
		d.Changed = append(d.Changed, cards.Change{Want: want[0], Got: got[0]})
		want, got = want[1:], got[1:]
	}
	d.Missing = append(d.Missing, want...)
	d.Extra = append(d.Extra, got...)
}

func texts[T interface{ shown() string }](all []T) []string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = a.shown()
	}
	return out
}

// stretch is a part of two lists: one that both have, or what one has in the
// place of the other.
type stretch[T any] struct {
	same      bool
	want, got []T
}

// align finds the longest common order of two lists, by the names of what is
// in them.
func align[T any](want, got []T, name func(T) string) []stretch[T] {
	common := make([][]int, len(want)+1) // of want[i:] and got[j:]
	for i := range common {
		common[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if name(want[i]) == name(got[j]) {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []stretch[T]
	var open stretch[T]
	flush := func() {
		if len(open.want)+len(open.got) > 0 {
			out = append(out, open)
		}
		open = stretch[T]{}
	}
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && name(want[i]) == name(got[j]):
			flush()
			out = append(out, stretch[T]{true, want[i : i+1], got[j : j+1]})
			i, j = i+1, j+1
		case j == len(got) || i < len(want) && common[i+1][j] >= common[i][j+1]:
			open.want = append(open.want, want[i])
			i++
		default:
			open.got = append(open.got, got[j])
			j++
		}
	}
	flush()
	return out
}
