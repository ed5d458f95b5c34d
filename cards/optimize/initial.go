package optimize

import (
	"cmp"
	"math"
	"slices"

	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// initial are stabilities after a first answer, as far as anything is known of
// them.
type initial struct {
	value [4]float64
	cards [4]int // 0 where nothing is known
}

// fitInitial finds, for each first rating, the stability by which what came of
// the first waits is most likely. One review at the average recall is added to
// each wait, and the published stability pulls a little.
func fitInitial(kept []group, average float64) initial {
	var out initial
	for rating := range out.value {
		var of []group
		for _, g := range kept {
			if int(g.rating) == rating+1 {
				of = append(of, g)
				out.cards[rating] += g.cards
			}
		}
		if len(of) == 0 {
			continue
		}
		slices.SortFunc(of, func(a, b group) int { return cmp.Compare(a.days, b.days) })
		out.value[rating] = lowest(func(s float64) float64 { return unlikely(of, average, s, model.Published()[rating]) })
	}
	return out
}

func unlikely(of []group, average, stability, published float64) float64 {
	m := model.Default()
	sum := math.Abs(stability-published) / 16
	for _, g := range of {
		n := float64(g.cards)
		rate := (float64(g.recalled) + average) / (n + 1)
		p := m.Recall(stability, float64(g.days))
		sum -= n * (rate*math.Log(p) + (1-rate)*math.Log(1-p))
	}
	return sum
}

// lowest finds the stability where a function that falls and then rises is
// least.
func lowest(f func(float64) float64) float64 {
	const exact = 1e-9
	low, high := model.LeastStability, float64(model.MostInitial)
	for high-low > exact {
		a, b := low+(high-low)/3, high-(high-low)/3
		if f(a) < f(b) {
			high = b
		} else {
			low = a
		}
	}
	return (low + high) / 2
}

// smooth brings the stabilities into the order of their ratings, and works out
// those of which nothing is known from their neighbours.
func (in initial) smooth() [4]float64 {
	v := in.value
	for _, p := range [][2]int{{0, 1}, {1, 2}, {2, 3}, {0, 2}, {1, 3}, {0, 3}} {
		small, big := p[0], p[1]
		if in.cards[small] == 0 || in.cards[big] == 0 || v[small] <= v[big] {
			continue
		}
		if in.cards[small] > in.cards[big] {
			v[big] = v[small]
		} else {
			v[small] = v[big]
		}
	}
	v = fill(v, in.cards)
	for i := range v {
		v[i] = min(max(v[i], model.LeastStability), model.MostInitial)
	}
	return v
}

// On a logarithmic scale the stability of hard lies 0.41 of the way from good
// to again, that of good 0.54 of the way from hard to easy.
const (
	hardShare = 0.41
	goodShare = 0.54
)

func fill(v [4]float64, cards [4]int) [4]float64 {
	has := func(i int) bool { return cards[i] > 0 }
	known := 0
	for i := range v {
		if has(i) {
			known++
		}
	}
	published := model.Published()
	if known == 1 {
		for i := range v {
			if has(i) {
				scale := v[i] / published[i]
				for j := range v {
					v[j] = published[j] * scale
				}
				break
			}
		}
		return v
	}
	mix := func(a, b, share float64) float64 { return math.Pow(a, share) * math.Pow(b, 1-share) }
	again, hard, good, easy := &v[0], &v[1], &v[2], &v[3]
	if !has(1) && !has(2) { // both from the outer two
		both := hardShare + goodShare - hardShare*goodShare
		*hard, *good = mix(*again, *easy, hardShare/both), mix(*again, *easy, 1-goodShare/both)
		return v
	}
	switch {
	case !has(1) && has(0):
		*hard = mix(*again, *good, hardShare)
	case !has(1):
		*hard = mix(*good, *easy, 1/(1-goodShare))
	case !has(2) && has(3):
		*good = mix(*hard, *easy, 1-goodShare)
	case !has(2):
		*good = mix(*again, *hard, 1-1/(1-hardShare))
	}
	if !has(0) {
		*again = mix(*hard, *good, 1/hardShare)
	}
	if !has(3) {
		*easy = mix(*hard, *good, 1-1/goodShare)
	}
	return v
}
