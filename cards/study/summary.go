package study

import (
	"context"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/stats"
)

const (
	month   = 30  // days that retention looks back, and the forecast ahead
	year    = 365 // days of the calendar
	leeches = 10  // at most so many are listed
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
