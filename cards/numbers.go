package cards

import (
	"fmt"
	"time"
)

// Stats is what the statistics show. Days are the learner's own, which begin
// at the rollover hour.
type Stats struct {
	Cards      int
	Mature     int // stability of MatureDays and more
	Reviews    int // answers ever
	Retention  Retention
	Days       []Day // the last year, oldest first
	Forecast   []int // cards that become due, per day from today with what is overdue, 30 days
	Stability  []Bucket
	Difficulty []Bucket
	Hours      Hours
	Tags       []TagRecall // topics, over 30 days
	Layers     []TagRecall // layers of the path in runbook order, over 30 days
	Leeches    []Row       // cards that keep failing, worst first
	Streak     int
	TimeToday  time.Duration
}

// Recalled is how many reviews there were of cards that had left their steps,
// and the share that was not forgotten, which means nothing while there are
// none.
type Recalled struct {
	Reviews int
	Rate    float64
}

// Retention is what was recalled, beside what was wanted.
type Retention struct {
	Month, Year, Ever Recalled // that end today
	Young, Mature     Recalled // the month's reviews, by the stability that a card had then
	// Least and Most are the wanted rates of the decks; 0 if none is known.
	Least, Most float64
}

// Bucket counts the cards of one range: from From up to, but without, To.
type Bucket struct {
	From, To float64 // To is 0 where there is no end
	Cards    int
}

// Hours are the month's answers by the hour of the learner's clock, of the
// newest HoursMost of them.
type Hours [24]Hour

// HoursMost is how many answers are looked at for their hour.
const HoursMost = 20_000

// Hour are the answers that were given within one hour of the day.
type Hour struct {
	Answers int
	Recalled
}

// Outcome is an answer as far as it tells of the hour and of how well the card
// was known.
type Outcome struct {
	Hour      int // of the learner's clock then
	Day       int
	Rating    Rating
	State     State
	Stability float64 // when it was asked
}

// Day is one day of reviews.
type Day struct {
	Date    time.Time
	Reviews int
	Again   int
}

// Interval renders the time until a card comes again, as short as on Anki's
// buttons: "<1m", "6m", "3d", "2.5mo", "1.4y".
func Interval(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "<1m"
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Round(time.Minute).Minutes()))
	case d < day:
		return fmt.Sprintf("%dh", int(d.Round(time.Hour).Hours()))
	case d < 60*day:
		return fmt.Sprintf("%dd", int((d+day/2)/day))
	case d < 365*day:
		return fmt.Sprintf("%.1fmo", d.Hours()/24/30.44)
	}
	return fmt.Sprintf("%.1fy", d.Hours()/24/365.25)
}
