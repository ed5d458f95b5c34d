package cards

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settings are what learners decide about their days, each with its default
// until they did.
type Settings struct {
	Room                        // most new cards and reviews of a day
	Decks       map[string]Room // of decks with limits of their own; -1 is none
	Rollover    int             // hour of the learner's clock at which a day begins
	LearnAhead  time.Duration   // how far ahead of its time a step is asked when nothing else is left
	NewOrder    NewOrder
	ReviewOrder ReviewOrder
}

// NewOrder is the order in which new cards come. Whatever it is, a card comes
// after those that it presumes.
type NewOrder string

// The orders of new cards.
const (
	NewTurns  NewOrder = "turns"  // decks take turns: the first card of each, then the second
	NewDecks  NewOrder = "decks"  // deck after deck
	NewRandom NewOrder = "random" // the same chance wherever the cards are
)

// ReviewOrder is the order in which reviews come. When more are due than the
// day's limit lets through, those come that are most likely forgotten.
type ReviewOrder string

// The orders of reviews.
const (
	ReviewDue       ReviewOrder = "due"       // longest due first
	ReviewForgotten ReviewOrder = "forgotten" // most likely forgotten first
	ReviewRandom    ReviewOrder = "random"    // another chance each day
)

// Setting is one decision as it is kept.
type Setting struct {
	Deck  string // "" is every deck
	Name  string
	Value string // "" takes the decision back
	Day   int    // the learner's day for which alone it holds, 0 for always
}

// Key is how people write the setting: "new", "tls.new".
func (s Setting) Key() string {
	if s.Deck == "" {
		return s.Name
	}
	return s.Deck + "." + s.Name
}

// maxPerDay is the largest limit of a day.
const maxPerDay = 9999

// known is a setting that there is.
type known struct {
	name, value string // the default
	about       string
	deck        bool // it may be set for a deck alone
	today       bool // it may be set for one day alone
	read        func(s *Settings, deck, value string) error
}

// knowns are all settings, in the order in which they are listed.
func knowns() []known {
	limit := func(into func(*Room) *int) func(*Settings, string, string) error {
		return func(s *Settings, deck, value string) error {
			n, err := within(value, 0, maxPerDay)
			if err != nil {
				return err
			}
			if deck == "" {
				*into(&s.Room) = n
				return nil
			}
			r, ok := s.Decks[deck]
			if !ok {
				r = Room{New: -1, Reviews: -1}
			}
			*into(&r) = n
			s.Decks[deck] = r
			return nil
		}
	}
	return []known{
		{"new", "8", "most new cards a day", true, true, limit(func(r *Room) *int { return &r.New })},
		{"reviews", "200", "most reviews a day", true, true, limit(func(r *Room) *int { return &r.Reviews })},
		{"new-order", "turns", "turns (decks take turns), decks (deck after deck) or random; always after what a card presumes", false, false,
			func(s *Settings, _, v string) (err error) {
				s.NewOrder, err = oneOf(v, NewTurns, NewDecks, NewRandom)
				return err
			}},
		{"review-order", "due", "due (longest due first), forgotten (most likely forgotten first) or random", false, false,
			func(s *Settings, _, v string) (err error) {
				s.ReviewOrder, err = oneOf(v, ReviewDue, ReviewForgotten, ReviewRandom)
				return err
			}},
		{"learn-ahead", "20m", "how far ahead of its time a step is asked when nothing else is left", false, false,
			func(s *Settings, _, v string) (err error) {
				s.LearnAhead, err = duration(v)
				return err
			}},
		{"rollover", "4", "hour of the clock at which a day begins", false, false,
			func(s *Settings, _, v string) (err error) {
				const last = 23
				s.Rollover, err = within(v, 0, last)
				return err
			}},
	}
}

func within(value string, least, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("want a number from %d to %d", least, most)
	}
	return n, nil
}

func oneOf[T ~string](value string, all ...T) (T, error) {
	if slices.Contains(all, T(value)) {
		return T(value), nil
	}
	var names []string
	for _, a := range all {
		names = append(names, string(a))
	}
	return "", fmt.Errorf("want one of %s", strings.Join(names, ", "))
}

func duration(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 || d > 24*time.Hour {
		return 0, fmt.Errorf("want a time up to 24h, such as 20m")
	}
	return d, nil
}

// ReadSettings makes settings of what is kept, for a day of the learner: what
// holds for that day alone goes before what always holds. The day 0 is none,
// for whoever does not know yet when a day begins.
func ReadSettings(kept []Setting, day int) (Settings, error) {
	s := Settings{Decks: map[string]Room{}}
	for _, k := range knowns() {
		if err := k.read(&s, "", k.value); err != nil {
			return s, fmt.Errorf("default of %s: %w", k.name, err)
		}
	}
	for _, set := range holding(kept, day) {
		if err := set.into(&s); err != nil {
			return s, err
		}
	}
	return s, nil
}

// holding are the decisions that hold on a day, those for it alone last.
func holding(kept []Setting, day int) []Setting {
	var always, then []Setting
	for _, s := range kept {
		switch s.Day {
		case 0:
			always = append(always, s)
		case day:
			then = append(then, s)
		}
	}
	return append(always, then...)
}

func (s Setting) into(all *Settings) error {
	for _, k := range knowns() {
		if k.name != s.Name {
			continue
		}
		switch {
		case s.Deck != "" && !k.deck:
			return fmt.Errorf("setting %s: %s is the same for all decks", s.Key(), s.Name)
		case s.Day != 0 && !k.today:
			return fmt.Errorf("setting %s: it cannot be set for one day alone", s.Key())
		case s.Value == "":
			return nil
		}
		if err := k.read(all, s.Deck, s.Value); err != nil {
			return fmt.Errorf("setting %s is %q: %w", s.Key(), s.Value, err)
		}
		return nil
	}
	var names []string
	for _, k := range knowns() {
		names = append(names, k.name)
	}
	return fmt.Errorf("there is no setting %q: want one of %s, or one of a deck: tls.new", s.Key(), strings.Join(names, ", "))
}

// ParseSetting reads what people type, for a day alone or for always: "new=8",
// "tls.new=3", "rollover=" for the default.
func ParseSetting(text string, day int) (Setting, error) {
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return Setting{}, fmt.Errorf("setting %q: want KEY=VALUE, such as new=8", text)
	}
	s := Setting{Name: strings.TrimSpace(key), Value: strings.TrimSpace(value), Day: day}
	if deck, name, ok := strings.Cut(s.Name, "."); ok {
		s.Deck, s.Name = deck, name
	}
	scratch := Settings{Decks: map[string]Room{}}
	return s, s.into(&scratch)
}

// Line is a setting as it is listed.
type Line struct {
	Setting
	Default string
	About   string
}

// Lines lists all settings: what holds on a day, and what would hold else.
func Lines(kept []Setting, day int) []Line {
	var out []Line
	for _, k := range knowns() {
		line := Line{Setting: Setting{Name: k.name, Value: k.value}, Default: k.value, About: k.about}
		decks := map[string]Line{}
		for _, s := range holding(kept, day) {
			switch {
			case s.Name != k.name:
			case s.Deck == "":
				line.Setting = s
			default:
				decks[s.Deck] = Line{Setting: s, About: k.about}
			}
		}
		out = append(out, line)
		for _, d := range slices.Sorted(maps.Keys(decks)) {
			out = append(out, decks[d])
		}
	}
	return out
}
