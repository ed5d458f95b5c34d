package exchange

import (
	"regexp"
	"strings"
)

// fields are the fields of a note by name, as HTML.
type fields map[string]string

// side renders one side of a template as Anki does: {{Field}}, {{#Field}} to
// {{/Field}} where the field holds something, {{^Field}} where it does not,
// and filters before a colon. cloze gives the text of a field with gaps.
func (f fields) side(template string, cloze func(string) string) string {
	var out strings.Builder
	var hidden []bool // of the sections around
	isHidden := func() bool {
		for _, h := range hidden {
			if h {
				return true
			}
		}
		return false
	}
	for {
		before, rest, found := strings.Cut(template, "{{")
		if !isHidden() {
			out.WriteString(before)
		}
		if !found {
			return out.String()
		}
		tag, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return out.String()
		}
		template = after
		tag = strings.TrimSpace(tag)
		switch {
		case strings.HasPrefix(tag, "#"):
			hidden = append(hidden, !f.holds(tag[1:]))
		case strings.HasPrefix(tag, "^"):
			hidden = append(hidden, f.holds(tag[1:]))
		case strings.HasPrefix(tag, "/"):
			if len(hidden) > 0 {
				hidden = hidden[:len(hidden)-1]
			}
		case strings.HasPrefix(tag, "!"), isHidden():
		default:
			out.WriteString(f.value(tag, cloze))
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// holds reports whether a field has anything to show.
func (f fields) holds(name string) bool {
	v := f[strings.TrimSpace(name)]
	return strings.Contains(v, "<img") || strings.TrimSpace(strings.ReplaceAll(tags.ReplaceAllString(v, ""), "&nbsp;", "")) != ""
}

// value is the field of a tag, through its filters.
func (f fields) value(tag string, cloze func(string) string) string {
	parts := strings.Split(tag, ":")
	v := f[strings.TrimSpace(parts[len(parts)-1])]
	for i := len(parts) - 2; i >= 0; i-- { // the one beside the field first
		switch filter, _, _ := strings.Cut(strings.TrimSpace(parts[i]), " "); filter {
		case "text":
			v = tags.ReplaceAllString(v, "")
		case "cloze":
			v = cloze(v)
		case "tts":
			v = ""
		}
	}
	return v
}

// typed are the tags that ask for a typed answer.
var typed = regexp.MustCompile(`\{\{\s*type:[^}]*\}\}`)

// ruler separates what the answer repeats of the question from what it adds.
var ruler = regexp.MustCompile(`(?i)<hr[^>]*\bid\s*=\s*["']?answer["']?[^>]*>`)

var frontSide = regexp.MustCompile(`\{\{\s*FrontSide\s*\}\}`)

// sides renders a template: the question, and what the answer adds to it.
func (f fields) sides(question, answer string, cloze func(string) string) (string, string) {
	answer = frontSide.ReplaceAllString(answer, "")
	if at := ruler.FindStringIndex(answer); at != nil {
		answer = answer[at[1]:]
	}
	front := f.side(typed.ReplaceAllString(question, ""), cloze)
	back := f.side(answer, cloze)
	return strings.TrimSpace(front), strings.TrimSpace(back)
}
