package deck

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/gatedrill/gatedrill/cards"
)

// Style says what is wrong with cards that can be used all the same: one that
// is there twice, one whose grade means nothing because it asks two things,
// layers of which there is little. What a single card ought to have, Load
// tells.
func Style(decks []cards.Deck) []Problem {
	var first []cards.Card // of each note: siblings are alike by nature
	for _, d := range decks {
		for _, c := range d.Cards {
			if len(first) == 0 || cards.NoteID(first[len(first)-1].ID) != cards.NoteID(c.ID) || first[len(first)-1].File != c.File {
				first = append(first, c)
			}
		}
	}
	problems := slices.Concat(twice(first), double(first))
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return append(problems, unbalanced(first)...)
}

const (
	shingle   = 3    // words that stand together
	alike     = 0.75 // share of them that two questions have in common
	commonest = 40   // notes that have some words together: those tell nothing
)

// twice finds cards that ask for the same.
func twice(all []cards.Card) []Problem {
	var problems []Problem
	byShingle := map[string][]int{}
	size := make([]int, len(all))
	for i, c := range all {
		common := map[int]int{}
		for _, s := range shingles(asked(c)) {
			size[i]++
			for _, j := range byShingle[s] {
				common[j]++
			}
			if len(byShingle[s]) < commonest {
				byShingle[s] = append(byShingle[s], i)
			}
		}
		best, most := -1, 0.0
		for j, n := range common {
			share := float64(n) / float64(max(size[i], size[j]))
			if share > most || share == most && j < best {
				best, most = j, share
			}
		}
		if most >= alike {
			problems = append(problems, Problem{
				File: c.File, Line: c.Line, Text: c.ID,
				What: fmt.Sprintf("asks nearly what %s asks at %s:%d", all[best].ID, all[best].File, all[best].Line),
			})
		}
	}
	return problems
}

// asked is all that a card asks by.
func asked(c cards.Card) string {
	text := c.Front + "\n" + c.Key.Cloze
	for _, o := range c.Key.Options {
		text += "\n" + o.Text
	}
	return text
}

// shingles are the words of a text, each with those after it, once.
func shingles(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) < shingle {
		return []string{strings.Join(words, " ")}
	}
	seen := map[string]bool{}
	var out []string
	for i := range len(words) - shingle + 1 {
		s := strings.Join(words[i:i+shingle], " ")
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

var (
	codeSpan = regexp.MustCompile("`[^`]*`|“[^”]*”|\"[^\"]*\"")
	second   = regexp.MustCompile(`(?i)[,;]? and (what|which|how|why|where|when|who|whose|does|do|did|is|are|can)\b`)
)

// double finds questions that ask two things.
func double(all []cards.Card) []Problem {
	var problems []Problem
	for _, c := range all {
		if c.Kind == cards.KindCloze {
			continue
		}
		text := codeSpan.ReplaceAllString(prose(c.Front), "x")
		what := ""
		switch {
		case strings.Count(text, "?") > 1:
			what = "asks more than one question: a grade is for one"
		case strings.Contains(text, "?") && second.MatchString(lastSentence(text)):
			what = "asks two things in one question: a grade is for one"
		default:
			continue
		}
		problems = append(problems, Problem{File: c.File, Line: c.Line, Text: c.ID, What: what})
	}
	return problems
}

// lastSentence is the sentence that ends with the question mark.
func lastSentence(text string) string {
	text, _, _ = strings.Cut(text, "?")
	if i := strings.LastIndexAny(text, ".:!"); i >= 0 {
		text = text[i+1:]
	}
	return text
}

// prose is a text without its fenced code, in one line.
func prose(s string) string {
	var out []string
	f := fenced{}
	for line := range strings.Lines(s) {
		if !f.inside(0, strings.TrimSuffix(line, "\n")) {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, " ")
}

const (
	fewTagged = 30 // cards about layers below which their balance says nothing
	leastPart = 3  // a layer has at least this part of an even share
)

// unbalanced finds layers of which there are few cards beside the others.
func unbalanced(all []cards.Card) []Problem {
	n := map[string]int{}
	total := 0
	for _, c := range all {
		for _, t := range c.Tags {
			if layer, ok := strings.CutPrefix(t, "layer:"); ok {
				n[layer]++
				total++
			}
		}
	}
	if total < fewTagged {
		return nil
	}
	var problems []Problem
	even := total / len(cards.Layers())
	for _, l := range cards.Layers() {
		if n[l]*leastPart < even {
			problems = append(problems, Problem{File: "layers", What: fmt.Sprintf("%s about layer %s, where an even share is %d", count(n[l]), l, even)})
		}
	}
	return problems
}

func count(n int) string {
	if n == 1 {
		return "1 card"
	}
	return fmt.Sprintf("%d cards", n)
}
