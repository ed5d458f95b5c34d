package optimize

import (
	"cmp"
	"slices"
)

// opening is a first rating with the days that passed after it.
type opening struct {
	rating uint8
	days   int32
}

// group are the cards that began alike.
type group struct {
	opening
	cards, recalled int
}

// groups sorts the cards by how they began. A card that never came back after
// its first day is in none.
func groups(histories []history) map[opening]group {
	out := map[opening]group{}
	for _, h := range histories {
		rating, days, recalled := h.opening()
		if days == 0 {
			continue
		}
		o := opening{rating, days}
		g := out[o]
		g.opening = o
		g.cards++
		if recalled {
			g.recalled++
		}
		out[o] = g
	}
	return out
}

// What counts as an outlier: of each first rating the rarest waits, up to a
// twentieth of its cards and at least these many cards; then waits that few
// cards have or that are long.
const (
	rareShare  = 20
	rareCards  = 20
	fewCards   = 6
	longDays   = 100
	longAsEasy = 365
)

// sift parts the openings by which cards count from the others.
func sift(all map[opening]group) (kept []group, left map[opening]bool) {
	left = map[opening]bool{}
	for rating := uint8(1); rating <= 4; rating++ {
		var of []group
		total := 0
		for _, g := range all {
			if g.rating == rating {
				of = append(of, g)
				total += g.cards
			}
		}
		slices.SortFunc(of, func(a, b group) int { // the rarest first, of equal ones the longest wait last
			return cmp.Or(cmp.Compare(a.cards, b.cards), cmp.Compare(a.days, b.days))
		})
		long := int32(longDays)
		if rating == 4 {
			long = longAsEasy
		}
		gone := 0
		for _, g := range of {
			rare := gone+g.cards < max(rareCards, total/rareShare)
			if rare {
				gone += g.cards
			}
			if rare || g.cards < fewCards || g.days > long {
				left[g.opening] = true
			} else {
				kept = append(kept, g)
			}
		}
	}
	return kept, left
}
