package model

import (
	"fmt"
	"math"
)

// Weights are the 21 parameters of FSRS-6.
type Weights [21]float64

// Published are the weights that come with FSRS-6. They stand here and not in
// a library, whose next version may have others.
func Published() Weights {
	return Weights{
		0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
		1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
	}
}

// ranges of the weights, as fsrs-rs and py-fsrs have them.
var ranges = [21][2]float64{
	{LeastStability, MostInitial}, {LeastStability, MostInitial}, {LeastStability, MostInitial}, {LeastStability, MostInitial},
	{LeastDifficulty, MostDifficulty}, {0.001, 4}, {0.001, 4}, {0.001, 0.75},
	{0, 4.5}, {0, 0.8}, {0.001, 3.5},
	{0.001, 5}, {0.001, 0.25}, {0.001, 0.9}, {0, 4},
	{0, 1}, {1, 6},
	{0, mostShort}, {0, mostShort}, {0, 0.8},
	{0.1, 0.8},
}

const (
	// MostInitial is the largest stability after a first answer.
	MostInitial = 100
	mostShort   = 2
)

// Clip moves weights into their ranges.
func (w Weights) Clip(relearning int) Weights {
	out := w
	for i := range out {
		low, high := w.bounds(relearning, i)
		out[i] = min(max(out[i], low), high)
	}
	return out
}

func (w Weights) bounds(relearning, i int) (low, high float64) {
	low, high = ranges[i][0], ranges[i][1]
	if i == 17 || i == 18 {
		high = w.shortCeiling(relearning)
	}
	return low, high
}

// shortCeiling keeps a forgotten card from being stabler after its steps than
// it was before, for which several steps need smaller weights:
//
//	w11 · (2^w13 - 1) · e^(0.3·w14) · e^(steps·w17·w18) ≤ 1
//
// at difficulty 1, stability 1 and a recall of 70 %.
func (w Weights) shortCeiling(relearning int) float64 {
	if relearning <= 1 {
		return mostShort
	}
	room := -(math.Log(w[11]) + math.Log(math.Pow(2, w[13])-1) + w[14]*0.3) / float64(relearning)
	return min(math.Sqrt(max(room, 0.01)), mostShort)
}

// decay5 is what FSRS-5 and FSRS-4.5 had in the place of the last weight.
const decay5 = 0.5

// Migrate makes weights of FSRS-6 out of those of FSRS-4.5 (17), FSRS-5 (19)
// or FSRS-6 (21), by the rules of fsrs-rs. Old sets are moved into today's
// ranges, which differ from theirs; those of FSRS-6 are taken as they are.
func Migrate(old []float64) (Weights, error) {
	for i, v := range old {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Weights{}, fmt.Errorf("weight %d is %v", i, v)
		}
	}
	var w Weights
	copy(w[:], old)
	switch len(old) {
	case 21:
		return w, nil
	case 19:
	case 17:
		w[4] += 2 * w[5]
		w[5] = math.Log(3*w[5]+1) / 3
		w[6] += 0.5
	default:
		return Weights{}, fmt.Errorf("%d weights, want the 21 of FSRS-6, the 19 of FSRS-5 or the 17 of FSRS-4.5", len(old))
	}
	w[20] = decay5
	for i, v := range w {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Weights{}, fmt.Errorf("weight %d is %v once it is migrated", i, v)
		}
	}
	return w.Clip(1), nil
}
