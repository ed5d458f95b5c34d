package fsrs

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

// fuzz moves intervals by chance, as far as Anki does, so that cards which
// were learned together do not stay together. The chance is that of the card
// and of how often it was answered: asked twice it is the same.
type fuzz struct {
	factor  float64 // 0 … 1: where in its range an interval falls
	exact   bool    // it stays where it is
	maximum int     // days
}

func (s *Scheduler) fuzz(card string, reps int) fuzz {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", card, reps))
	const bits = 53
	return fuzz{float64(binary.BigEndian.Uint64(sum[:])>>(64-bits)) / (1 << bits), s.exact, s.maximum}
}

// ranges are the parts of an interval, in days, and which share of each it
// may be moved by, beside one day.
var ranges = [...]struct{ from, to, share float64 }{{2.5, 7, 0.15}, {7, 20, 0.1}, {20, math.Inf(1), 0.05}}

// spread is how far an interval may be moved either way.
func spread(interval float64) float64 {
	if interval < ranges[0].from {
		return 0
	}
	days := 1.0
	for _, r := range ranges {
		days += r.share * max(0, min(interval, r.to)-r.from)
	}
	return days
}

// days makes whole days of an interval, at least some.
func (f fuzz) days(interval float64, least int) int {
	least = min(max(least, 1), f.maximum)
	within := func(days float64) int { return int(min(max(math.Round(days), float64(least)), float64(f.maximum))) }
	if f.exact {
		return within(interval)
	}
	interval = min(max(interval, float64(least)), float64(f.maximum))
	low, high := within(interval-spread(interval)), within(interval+spread(interval))
	if low == high && high > 2 && high < f.maximum {
		high++
	}
	return low + int(f.factor*float64(1+high-low))
}
