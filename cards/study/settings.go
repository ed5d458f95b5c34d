package study

import (
	"context"
	"fmt"

	"github.com/gatedrill/gatedrill/cards"
)

// today is a moment of the learner's, with what holds then. It is read anew
// each time: another window may have changed the settings.
type today struct {
	now      cards.Moment
	calendar cards.Calendar
	settings cards.Settings
	kept     []cards.Setting
}

func (s *Service) today(ctx context.Context) (today, error) {
	var t today
	var err error
	if t.kept, err = s.Store.Settings(ctx); err != nil {
		return t, err
	}
	always, err := cards.ReadSettings(t.kept, 0)
	if err != nil {
		return t, err
	}
	t.calendar = cards.Calendar{Zone: s.Zone, Rollover: always.Rollover}
	t.now = t.calendar.Moment(s.Now())
	t.settings, err = cards.ReadSettings(t.kept, t.now.Day)
	return t, err
}

// Settings lists all settings as they hold today.
func (s *Service) Settings(ctx context.Context) ([]cards.Line, error) {
	t, err := s.today(ctx)
	return cards.Lines(t.kept, t.now.Day), err
}

// Set changes settings, as people write them ("tls.new=3"), for always or for
// today alone.
func (s *Service) Set(ctx context.Context, today bool, texts ...string) error {
	t, err := s.today(ctx)
	if err != nil {
		return err
	}
	day := 0
	if today {
		day = t.now.Day
	}
	var all []cards.Setting
	for _, text := range texts {
		one, err := cards.ParseSetting(text, day)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	if err := s.Store.Set(ctx, all, t.now.Day); err != nil {
		return err
	}
	return s.Refresh(ctx)
}

// More lets some more new cards come today, of a deck or of all.
func (s *Service) More(ctx context.Context, deck string, n int) error {
	t, err := s.today(ctx)
	if err != nil {
		return err
	}
	more := []string{fmt.Sprintf("new=%d", t.settings.New+n)}
	if own, ok := t.settings.Decks[deck]; ok && own.New >= 0 {
		more = append(more, fmt.Sprintf("%s.new=%d", deck, own.New+n))
	}
	return s.Set(ctx, true, more...)
}
