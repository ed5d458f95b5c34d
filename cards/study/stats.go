package study

import (
	"context"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/stats"
)

// Aims is a scheduler that knows which rates of recall it works for: the
// lowest and the highest of all decks.
type Aims interface {
	Aims() (least, most float64)
}

// Stats is what the statistics show. It reads no card's text but those of the
// cards that keep failing.
func (s *Service) Stats(ctx context.Context) (cards.Stats, error) {
	var out cards.Stats
	t, err := s.today(ctx)
	if err != nil {
		return out, err
	}
	day := t.now.Day
	all, err := s.Store.Tallies(ctx, 0, day)
	if err != nil {
		return out, err
	}
	for _, d := range all {
		out.Reviews += d.Answers
	}
	out.Days = stats.Days(since(all, day-year+1), t.calendar, day, year)
	out.Streak = stats.Streak(all, day)
	out.TimeToday = timeOf(since(all, day))
	out.Retention = cards.Retention{
		Month: stats.Recall(since(all, day-month+1)), Year: stats.Recall(since(all, day-year+1)), Ever: stats.Recall(all),
	}
	with, err := s.Scheduler()
	if err != nil {
		return out, err
	}
	if a, ok := with.(Aims); ok {
		out.Retention.Least, out.Retention.Most = a.Aims()
	}
	for _, add := range []func(context.Context, *cards.Stats, today) error{s.addCards, s.addOutcomes, s.addTopics, s.addForecast} {
		if err := add(ctx, &out, t); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (s *Service) addCards(ctx context.Context, out *cards.Stats, _ today) error {
	h, err := s.Store.Holdings(ctx)
	if err != nil {
		return err
	}
	out.Cards, out.Mature = h.Cards, h.Mature
	out.Stability, out.Difficulty = stats.Stabilities(h.Stability), stats.Difficulties(h.Difficulty)
	rows, err := s.Store.Leeches(ctx, leeches)
	out.Leeches = stats.Leeches(rows)
	return err
}

func (s *Service) addOutcomes(ctx context.Context, out *cards.Stats, t today) error {
	found, err := s.Store.Outcomes(ctx, t.now.Day-month+1, cards.HoursMost)
	out.Hours = stats.Hours(found)
	out.Retention.Young, out.Retention.Mature = stats.ByAge(found)
	return err
}

func (s *Service) addTopics(ctx context.Context, out *cards.Stats, t today) error {
	tags, err := s.Store.TagTallies(ctx, t.now.Day-month+1, t.now.Day)
	recall := stats.ByTag(tags)
	out.Tags, out.Layers = stats.Topics(recall), stats.Layers(recall)
	return err
}

func (s *Service) addForecast(ctx context.Context, out *cards.Stats, t today) error {
	dues, err := s.Store.Dues(ctx, t.now.Day+month)
	out.Forecast = stats.Forecast(dues, t.calendar, t.now.Day, month)
	return err
}

func since(tallies []cards.Tally, day int) []cards.Tally {
	for i, t := range tallies {
		if t.Day >= day {
			return tallies[i:]
		}
	}
	return nil
}

func timeOf(tallies []cards.Tally) time.Duration {
	var sum time.Duration
	for _, t := range tallies {
		sum += t.Took
	}
	return sum
}
