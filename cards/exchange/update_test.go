package exchange

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/deck"
)

// folderOf is a folder with the decks of a parcel.
func folderOf(t *testing.T, p *Parcel) fstest.MapFS {
	t.Helper()
	files, err := p.Files(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, f := range files {
		out[f.Name] = &fstest.MapFile{Data: []byte(f.Text)}
	}
	return out
}

// A note that was changed in Anki changes here, at its place; what else was
// written down of it stays, and so does every other note.
func TestUpdate(t *testing.T) {
	t.Parallel()
	c := read(t, "../anki/testdata/new.apkg")
	folder := folderOf(t, parcel(t, c, learner()))
	text := string(folder["istio.md"].Data)
	const id = "anki-m52wszcmn5xgkxzv"
	text = strings.Replace(text, "## "+id+" {#"+id+"}\n", "## My own title {#"+id+"}\nlabs:\n  - gates-stay-shut\nafter: [anki-m52wszcimfwhixzw]\n", 1)
	text = strings.Replace(text, "Fails & fails", "Fails, as I say", 1)
	text += "\n## broken {#broken}\n\nNo answer.\n"
	folder["istio.md"].Data = []byte(text)
	folder["moved.md"] = &fstest.MapFile{Data: []byte("---\ndeck: moved\n---\n\n## mine {#mine}\n\nWho?\n\n---\nI.\n")}
	same := parcel(t, c, learner())
	if files, n, err := same.Update(folder); err != nil || n != 1 || len(files) != 1 {
		t.Fatalf("only the note that the learner changed differs: %d, %v", n, err)
	}
	for i := range c.Notes {
		if c.Notes[i].GUID == "guidLone_5" {
			c.Notes[i].Fields = []string{"Known <b>long</b> before", "with a history"}
			c.Notes[i].Tags = []string{"new"}
		}
		if c.Notes[i].GUID == "guidHalt_6" {
			c.Notes[i].Fields[0] = "Fails, as I say"
		}
	}
	files, n, err := parcel(t, c, learner()).Update(folder)
	if err != nil || n != 1 || len(files) != 1 || files[0].Name != "istio.md" {
		t.Fatalf("%d notes in %v, %v", n, files, err)
	}
	from, to := strings.Index(text, "## My own title"), strings.Index(text, "\n## anki-m52wszcimfwhixzw")
	want := text[:from] + "## My own title {#" + id + "}\nlabs:\n  - gates-stay-shut\nafter: [anki-m52wszcimfwhixzw]\ntags: [new]\n\n" +
		"Known **long** before\n\n---\nwith a history\n" + text[to:]
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(files[0].Text, "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	folder["istio.md"].Data = []byte(files[0].Text)
	if _, n, err := parcel(t, c, learner()).Update(folder); n != 0 || err != nil {
		t.Errorf("the same again: %d notes, %v", n, err)
	}
}

// What was ours before it went to Anki can say more than comes back.
func TestUpdateLeavesWhatIsOurs(t *testing.T) {
	t.Parallel()
	p := &Parcel{Decks: []Deck{{Name: "tls", Notes: []Note{{ID: "mine", Kind: cards.KindBasic, Front: "Who?", Back: "You.", Ours: true}}}}}
	folder := fstest.MapFS{"tls.md": &fstest.MapFile{Data: []byte("---\ndeck: tls\n---\n\n## mine {#mine}\nkind: choice\n\nWho?\n\n- [x] I\n- [ ] you\n\n---\nI.\n")}}
	if files, n, err := p.Update(folder); len(files) != 0 || n != 0 || err != nil {
		t.Errorf("%v, %d, %v", files, n, err)
	}
	col := read(t, "../anki/testdata/new.apkg")
	col.Notes[0].GUID = "gatedrill:mine"
	if got := parcel(t, col, learner()); !slices.ContainsFunc(got.Decks, func(d Deck) bool {
		return slices.ContainsFunc(d.Notes, func(n Note) bool { return n.ID == "mine" && n.Ours })
	}) {
		t.Errorf("a note that was ours came back as another's: %+v", got.Decks)
	}
}

// Cards of one note in Anki are siblings here, flags are tags, and what hides
// parts of a picture is named with its picture.
func TestSiblingsFlagsAndPictures(t *testing.T) {
	t.Parallel()
	c := &anki.Collection{
		Decks: map[int64]string{1: "Mine"},
		Types: map[int64]anki.NoteType{
			1: {ID: 1, Name: "Three", Fields: []string{"A", "B", "C"}, Templates: []anki.Template{
				{Name: "1", Question: "{{A}}?", Answer: "{{B}}"}, {Name: "2", Question: "{{B}}?", Answer: "{{C}}"}, {Name: "3", Question: "{{C}}?", Answer: "{{A}}"},
			}},
			2: {ID: 2, Name: "Image Occlusion", Cloze: true, Fields: []string{"Occlusion", "Image"}, Templates: []anki.Template{
				{Name: "Cloze", Question: "{{cloze:Occlusion}}{{Image}}", Answer: "{{cloze:Occlusion}}"},
			}},
		},
		Notes: []anki.Note{
			{ID: 1, GUID: "one", Type: 1, Tags: []string{"marked"}, Fields: []string{"a", "b", "c"}},
			{ID: 2, GUID: "two", Type: 2, Fields: []string{"{{c1::image-occlusion:rect:left=.1}}", `<img alt=x src="hop &amp; hop.png">`}},
			{ID: 3, GUID: "six", Type: 2, Fields: []string{"{{c1::image-occlusion:rect:left=.2}}", `<img src='way.svg'>`}},
		},
		Cards: []anki.Card{{ID: 1, Note: 1, Deck: 1, Flag: 1}, {ID: 2, Note: 1, Deck: 1, Ord: 1, Flag: 7}, {ID: 3, Note: 1, Deck: 1, Ord: 2}, {ID: 4, Note: 2, Deck: 1}, {ID: 5, Note: 3, Deck: 1}},
	}
	p := parcel(t, c, learner())
	if want := "2 notes: left out, hides parts of a picture (image occlusion): hop & hop.png, way.svg"; !slices.Contains(p.Said, want) {
		t.Errorf("not said: %q; said %q", want, p.Said)
	}
	d, problems := deck.Parse("mine.md", string(folderOf(t, p)["mine.md"].Data))
	if len(d.Cards) != 3 {
		t.Fatalf("%d cards, %v", len(d.Cards), problems)
	}
	base := noteID("one")
	for i, k := range d.Cards {
		if k.Note != base || !slices.Equal(k.Tags, []string{"flag:red", "flag:purple"}) {
			t.Errorf("card %d is %s of note %s, tags %q", i, k.ID, k.Note, k.Tags)
		}
	}
	marked := 0
	for _, e := range lines(t, p) {
		if e.Kind == cards.Marked {
			marked++
		}
	}
	if marked != 3 {
		t.Errorf("%d cards are marked, want 3", marked)
	}
}
