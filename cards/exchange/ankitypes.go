package exchange

import "github.com/gatedrill/gatedrill/cards/anki"

// Ids of our types of notes in Anki, the same in each package so that they
// become one there.
const (
	typeBasic    = 1795910400001
	typeReversed = 1795910400002
	typeCloze    = 1795910400003
)

const style = `.card { font-family: sans-serif; font-size: 18px; line-height: 1.5; text-align: left; color: black; background-color: white; }
pre, code { font-family: monospace; }
.source { font-size: 13px; color: gray; }
.cloze { font-weight: bold; }
`

// sourceTemplate shows the source of a card below its answer.
const sourceTemplate = `{{#Source}}<p class="source">{{Source}}</p>{{/Source}}`

// ankiTypes are the types of notes that ours become.
func ankiTypes() map[int64]anki.NoteType {
	answer := func(field string) string { return "{{FrontSide}}\n<hr id=answer>\n{{" + field + "}}" + sourceTemplate }
	types := []anki.NoteType{
		{
			ID: typeBasic, Name: "gatedrill", Fields: []string{"Front", "Back", "Source"},
			Templates: []anki.Template{{Name: "Card 1", Question: "{{Front}}", Answer: answer("Back")}},
		},
		{
			ID: typeReversed, Name: "gatedrill (reversed)", Fields: []string{"Front", "Back", "Source"},
			Templates: []anki.Template{
				{Name: "Card 1", Question: "{{Front}}", Answer: answer("Back")},
				{Name: "Card 2", Question: "{{Back}}", Answer: answer("Front")},
			},
		},
		{
			ID: typeCloze, Name: "gatedrill (cloze)", Cloze: true, Fields: []string{"Text", "Back Extra", "Source"},
			Templates: []anki.Template{{Name: "Cloze", Question: "{{cloze:Text}}", Answer: "{{cloze:Text}}<br>\n{{Back Extra}}" + sourceTemplate}},
		},
	}
	out := map[int64]anki.NoteType{}
	for _, t := range types {
		t.CSS = style
		out[t.ID] = t
	}
	return out
}
