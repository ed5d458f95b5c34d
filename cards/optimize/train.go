package optimize

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// How the weights are trained: Adam over batches of whole cards, with a rate
// that falls as a cosine does.
const (
	epochs    = 5
	batchSize = 512 // reviews
	rate      = 0.04
	longest   = 256 // answers to one card that are looked at
	seed      = 2023
	// leastShort keeps the weight of same-day reviews off its bound.
	leastShort = 0.01
)

// spread is how far the weights of learners lie apart: far from the start, a
// weight pulls back by its square.
var spread = [21]float64{
	6.43, 9.66, 17.58, 27.85, 0.57, 0.28, 0.6, 0.12, 0.39, 0.18, 0.33, 0.3, 0.09, 0.16, 0.57, 0.25,
	1.03, 0.31, 0.32, 0.14, 0.27,
}

func train(ctx context.Context, all []lesson, start model.Weights, c Config) (model.Weights, error) {
	batches, total := split(all)
	steps := float64((total/batchSize + 1) * epochs)
	rng := rand.New(rand.NewPCG(seed, seed))
	w := start
	var by adam
	var tape []moment
	done, step := 0, 0.0
	for range epochs {
		for _, b := range rng.Perm(len(batches)) {
			if err := ctx.Err(); err != nil {
				return w, fmt.Errorf("fit the weights: %w", err)
			}
			var slope model.Slope
			m := model.Clipped(w, c.Relearning)
			for i := range batches[b].lessons {
				tape = batches[b].lessons[i].learn(m, &slope, tape)
			}
			pull := 2 * float64(batches[b].reviews) / float64(total)
			for i := range w {
				slope[i] += pull * (w[i] - start[i]) / (spread[i] * spread[i])
			}
			by.step(&w, &slope, rate*(1+math.Cos(math.Pi*step/steps))/2)
			w = w.Clip(c.Relearning)
			w[19] = max(w[19], leastShort)
			step++
			done += batches[b].reviews
			if c.Progress != nil {
				c.Progress(Progress{done, total * epochs})
			}
		}
	}
	return w, nil
}

// batch are cards of about one length with so many reviews together.
type batch struct {
	lessons []lesson
	reviews int
}

// split makes batches, and returns the number of reviews in all of them.
func split(all []lesson) ([]batch, int) {
	var short []lesson
	for _, s := range all {
		if s = s.cut(); s.counted > 0 {
			short = append(short, s)
		}
	}
	slices.SortStableFunc(short, func(a, b lesson) int { return len(a.ratings) - len(b.ratings) })
	var out []batch
	total := 0
	for i, s := range short {
		total += s.counted
		if n := len(out); n > 0 && out[n-1].reviews+s.counted <= batchSize {
			out[n-1].reviews += s.counted
			out[n-1].lessons = append(out[n-1].lessons, s)
			continue
		}
		out = append(out, batch{short[i : i+1 : i+1], s.counted})
	}
	return out, total
}

// cut ends a history with its last review that counts.
func (s lesson) cut() lesson {
	n := min(len(s.ratings), longest)
	for n > 0 && s.weights[n-1] == 0 {
		n--
	}
	s.ratings, s.days, s.weights = s.ratings[:n], s.days[:n], s.weights[:n]
	s.counted = 0
	for _, w := range s.weights {
		if w > 0 {
			s.counted++
		}
	}
	return s
}

// moment is a memory, with the recall that was expected of the answer after it.
type moment struct {
	model.State
	recall float64
}

// learn adds the slope of one card's loss: forward through all its answers,
// and back through them. The tape is room for the memories between.
func (s lesson) learn(m model.Model, slope *model.Slope, tape []moment) []moment {
	last := len(s.ratings) - 1
	tape = append(tape[:0], moment{State: m.First(int(s.ratings[0]))})
	for i := 1; i <= last; i++ {
		next, recall := m.Step(tape[i-1].State, int(s.ratings[i]), int(s.days[i]))
		tape[i-1].recall = recall
		tape = append(tape, moment{State: next})
	}
	var pull model.Pull
	for i := last; i > 0; i-- {
		before, days := tape[i-1], int(s.days[i])
		pull.Recall = 0
		if w := s.weights[i]; w > 0 {
			_, by := surprise(before.recall, s.ratings[i] > model.Again)
			pull.Recall = w * by
		}
		pull = m.BackNext(before.State, tape[i].State, int(s.ratings[i]), days, before.recall, pull, slope)
	}
	m.BackFirst(int(s.ratings[0]), pull, slope)
	return tape
}

// adam is the state of Adam.
type adam struct {
	mean, square [21]float64
	steps        int
}

func (a *adam) step(w *model.Weights, slope *model.Slope, rate float64) {
	const keepMean, keepSquare, tiny = 0.9, 0.999, 1e-8
	a.steps++
	mean, square := 1-math.Pow(keepMean, float64(a.steps)), 1-math.Pow(keepSquare, float64(a.steps))
	for i, g := range slope {
		a.mean[i] = keepMean*a.mean[i] + (1-keepMean)*g
		a.square[i] = keepSquare*a.square[i] + (1-keepSquare)*g*g
		w[i] -= rate * a.mean[i] / mean / (math.Sqrt(a.square[i]/square) + tiny)
	}
}
