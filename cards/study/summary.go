package study

import (
	"context"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/stats"
)

const (
	month     = 30 // days that retention looks back
	fortnight = 14 // days that the forecast looks ahead
	leeches   = 10 // at most so many are listed
)

// Summary is what the home screen says. It reads no card but the one that
// proposes a lab, and so is fast with any number of them.
func (s *Service) Summary(ctx context.Context) (cards.Summary, error) {
	ask, t, done, err := s.ask(ctx, "")
	if err != nil {
		return cards.Summary{}, err
	}
	sum := cards.Summary{Reviewed: done.Answers}
	if sum.Counts, err = s.Store.Counts(ctx, ask); err != nil {
		return sum, err
	}
	have, err := s.Store.Catalogue(ctx)
	if err != nil {
		return sum, err
	}
	sum.Total, sum.Problems = have.Total, have.Problems
	day := t.now.Day
	started, err := s.Store.Started(ctx, day)
	if err != nil {
		return sum, err
	}
	sum.FirstDay, sum.FirstTime = !started, !started && done.Answers == 0
	if err := s.addHistory(ctx, &sum, day); err != nil {
		return sum, err
	}
	return sum, s.addLab(ctx, &sum)
}

func (s *Service) addHistory(ctx context.Context, sum *cards.Summary, day int) error {
	days, err := s.Store.Tallies(ctx, day-month+1, day)
	if err != nil {
		return err
	}
	sum.Estimate = stats.Estimate(sum.Counts, days)
	if sum.Streak, err = s.streak(ctx, days, day); err != nil {
		return err
	}
	tags, err := s.Store.TagTallies(ctx, day-month+1, day)
	if err != nil {
		return err
	}
	recall := stats.ByTag(tags)
	sum.Layers, sum.Weakest = stats.Layers(recall), stats.Weakest(recall)
	return nil
}

// streak looks further back than the month at hand only when all of it is
// part of the streak.
func (s *Service) streak(ctx context.Context, days []cards.Tally, today int) (int, error) {
	n := stats.Streak(days, today)
	for back := 2 * month; n >= back/2-1; back *= 2 {
		more, err := s.Store.Tallies(ctx, today-back+1, today)
		if err != nil {
			return 0, err
		}
		n = stats.Streak(more, today)
	}
	return n, nil
}

// addLab proposes the lab of the card that fails most often.
func (s *Service) addLab(ctx context.Context, sum *cards.Summary) error {
	rows, err := s.Store.Leeches(ctx, leeches)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if len(r.Card.Labs) > 0 {
			sum.Lab, sum.LabCard = r.Card.Labs[0], r.Card.ID
			return nil
		}
	}
	return nil
}

// Stats is what the statistics screen shows. It reads much, and may take
// some tenths of a second with 100 000 cards.
func (s *Service) Stats(ctx context.Context) (cards.Stats, error) {
	var out cards.Stats
	t, err := s.today(ctx)
	if err != nil {
		return out, err
	}
	day := t.now.Day
	holdings, err := s.Store.Holdings(ctx)
	if err != nil {
		return out, err
	}
	out.Cards, out.Mature = holdings.Cards, holdings.Mature
	all, err := s.Store.Tallies(ctx, 0, day)
	if err != nil {
		return out, err
	}
	recent := since(all, day-month+1)
	for _, t := range all {
		out.Reviews += t.Answers
	}
	out.Recall30, _ = stats.Recall(recent)
	out.Days = stats.Days(recent, t.calendar, day, month)
	out.Streak = stats.Streak(all, day)
	out.TimeToday = timeOf(since(all, day))
	tags, err := s.Store.TagTallies(ctx, day-month+1, day)
	if err != nil {
		return out, err
	}
	out.Tags = stats.ByTag(tags)
	dues, err := s.Store.Dues(ctx, day+fortnight)
	if err != nil {
		return out, err
	}
	out.Forecast = stats.Forecast(dues, t.calendar, day, fortnight)
	rows, err := s.Store.Leeches(ctx, leeches)
	out.Leeches = stats.Leeches(rows)
	return out, err
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
