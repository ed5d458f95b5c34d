package filter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/filter"
)

const today = 20000

// rows are cards that differ in all that filters look at.
func rows() []cards.Row {
	row := func(id, deck, tags string, m cards.Memory, change ...func(*cards.Row)) cards.Row {
		r := cards.Row{Card: cards.Card{ID: id, Note: id, Deck: deck, Front: "What is " + id + "?", Back: "It is so.", Tags: strings.Fields(tags)}, Memory: m, Day: today}
		r.Due = m.State == cards.Review && m.DueDay <= today && !m.Suspended
		r.In = m.DueDay - today
		for _, c := range change {
			c(&r)
		}
		return r
	}
	return []cards.Row{
		row("new", "tls", "tls sni layer:tls", cards.Memory{}, func(r *cards.Row) { r.Card.Labs = []string{"gates-stay-shut", "H1"} }),
		row("due", "tls", "tls layer:listener", cards.Memory{State: cards.Review, DueDay: today - 2, LastDay: today - 10, Reps: 3, Lapses: 1, Stability: 8, Difficulty: 5},
			func(r *cards.Row) { r.Card.Kind = cards.KindCloze }),
		row("later", "routes", "routes", cards.Memory{State: cards.Review, DueDay: today + 30, LastDay: today - 6, Reps: 9, Stability: 40, Difficulty: 3, Marked: true}),
		row("failing", "routes", "routes layer:route", cards.Memory{State: cards.Review, DueDay: today, LastDay: today - 1, Reps: 30, Lapses: 9, Stability: 1, Difficulty: 9, Suspended: true}),
		row("step", "entry", "", cards.Memory{State: cards.Learning, LastDay: today, Reps: 1, Stability: 0.4, Difficulty: 6},
			func(r *cards.Row) { r.Due, r.Card.Back = true, `Straße "no healthy upstream" 100% \n` }),
		row("buried", "entry", "entry", cards.Memory{Buried: today + 1}),
		row("urged", "entry", "entry leech", cards.Memory{UrgedBy: "wrong in lab H1"}, func(r *cards.Row) { r.Due, r.Rests = true, today }),
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "new due later failing step buried urged",
		"  ":                             "new due later failing step buried urged",
		"deck:tls":                       "new due",
		"DECK:TLS":                       "new due",
		"deck:t*":                        "new due",
		"deck:*s":                        "new due later failing",
		"deck:*t*s*":                     "new due later failing",
		"tag:tls":                        "new due",
		"tag:layer:*":                    "new due failing",
		"tag:layer:tls":                  "new",
		"tag:none":                       "step",
		"tag:leech":                      "failing urged",
		"lab:h1":                         "new",
		"id:due":                         "due",
		"note:step":                      "step",
		"kind:cloze":                     "due",
		"kind:basic":                     "new later failing step buried urged",
		"is:new":                         "new buried urged",
		"is:due":                         "due step urged",
		"is:learn":                       "step",
		"is:review":                      "due later failing",
		"is:suspended":                   "failing",
		"is:buried":                      "buried",
		"is:marked":                      "later",
		"is:leech":                       "failing",
		"is:urged":                       "urged",
		"rated:1":                        "step",
		"rated:7":                        "later failing step",
		"prop:lapses>0":                  "due failing",
		"prop:lapses>=1 prop:lapses!=9":  "due",
		"prop:reps=30":                   "failing",
		"prop:stability<2":               "failing step",
		"prop:difficulty<=5":             "due later",
		"prop:due<0":                     "due step",
		"prop:due=30":                    "later",
		"prop:interval>30":               "later",
		"later":                          "later",
		"LATER":                          "later",
		"what":                           "new due later failing step buried urged",
		"wh*ng?":                         "failing",
		"straße":                         "step",
		`"no healthy upstream"`:          "step",
		`"NO HEALTHY" entry`:             "step",
		`"\"no healthy"`:                 "step",
		`100% \n`:                        "step",
		`"is:due"`:                       "",
		`tag:"layer:route"`:              "failing",
		"deck:tls is:due":                "due",
		"deck:tls and is:due":            "due",
		"deck:tls -is:due":               "new",
		"--is:new":                       "new buried urged",
		"is:marked or is:leech":          "later failing",
		"is:marked OR is:leech":          "later failing",
		"is:new deck:tls or is:marked":   "new later",
		"is:marked or is:new deck:tls":   "new later",
		"is:new (deck:tls or is:buried)": "new buried",
		"-(is:new or is:due)":            "later failing",
		"(is:new)(deck:tls)":             "new",
		"(((is:marked)))":                "later",
		"orbit or order or landing":      "",
		"tag:tls is:due -is:suspended":   "due",
	} {
		f, err := filter.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var got []string
		for _, r := range rows() {
			if f.Match(r) {
				got = append(got, r.Card.ID)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestErrorsSayWhere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tag:":                    "column 5: what is looked for is missing after tag:",
		"deck:tls tag:":           "column 14: what is looked for",
		"is:dew":                  "column 4: no card is that: want one of buried, due, learn, leech,",
		"deck:tls farbe:rot":      `column 10: there is no field "farbe": want deck:, id:, is:, kind:,`,
		"https://istio.io":        `column 1: there is no field "https"`,
		"(is:due":                 "column 1: this parenthesis is not closed",
		"is:due)":                 "column 7: no parenthesis is open here",
		"()":                      "column 2: something to look for is missing before the parenthesis",
		"is:due (":                "column 9: something to look for is missing",
		`"no`:                     "column 1: this quote is not closed",
		"is:due or":               "column 10: something to look for is missing",
		"or is:due":               "column 1: something to look for is missing beside it",
		"is:due and and":          "column 12: something to look for is missing beside it",
		"- is:due":                "column 1: a minus stands before",
		"is:due -":                "column 8: a minus stands before",
		"*":                       "column 1: there is nothing to look for in it",
		`""`:                      "column 1: there is nothing to look for in it",
		"rated:soon":              "column 7: want a number of days from 1",
		"rated:0":                 "column 7: want a number of days",
		"prop:lapses":             "column 6: want a property, a comparison and a number",
		"prop:laps>3":             `column 6: there is no property "laps": want one of difficulty, due, interval,`,
		"prop:lapses>many":        `column 6: "many" is no number`,
		"prop:lapses!3":           "column 6: want one of the comparisons",
		"kind:quiz":               "column 6: there is no such kind: want one of basic, reversed,",
		"straße is:gone":          "column 11: no card is that",
		strings.Repeat("-", 99):   "levels of parentheses and minuses",
		strings.Repeat("x", 9999): "it is longer than 2000 letters",
	} {
		_, err := filter.Parse(text)
		var e *filter.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// What can be read is read the same in parentheses, and its contrary is the
// contrary. An error is within the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "tag:tls is:due -is:suspended", `(deck:"a b" or lab:x*) prop:lapses>3 "text \" more"`, "((-(a)))or", "is:due)", `"`, "prop:due<=-3 rated:7",
		"\\", "ä:ö", "-", "a\x00b", "and", "or or or", "kind:cloze or note:x",
	} {
		f.Add(s)
	}
	all := rows()
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := filter.Parse(text)
		if err != nil {
			var e *filter.Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > len([]rune(text))+1 || e.Problem == "" {
				t.Errorf("%q: %#v", text, err)
			}
			return
		}
		if strings.TrimSpace(text) == "" || len(text) > 1900 || strings.Count(text, "(")+strings.Count(text, "-") > 40 {
			return
		}
		same, err := filter.Parse("(" + text + ")")
		not, err2 := filter.Parse("-(" + text + ")")
		if err != nil || err2 != nil {
			t.Fatalf("%q in parentheses: %v, %v", text, err, err2)
		}
		for _, r := range all {
			if got := parsed.Match(r); same.Match(r) != got || not.Match(r) == got {
				t.Errorf("%q of %s: %v, in parentheses %v, its contrary %v", text, r.Card.ID, got, same.Match(r), not.Match(r))
			}
		}
	})
}
