package deck

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const mine = "---\ndeck: mine\nsource-default: https://x.y/\n---\n\n## one {#mine-1}\n\nq\n\n---\na\n\n## two {#mine-2}\ntags: [x]\n\nq\n\n---\nb\n"

// desk is the learner's folder beside the program's.
func desk(own map[string]string) (Source, Source) {
	files := fstest.MapFS{}
	for name, text := range own {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Source{Name: "mine", Own: true, FS: files},
		Source{Name: "content", FS: fstest.MapFS{"tls.md": {Data: []byte("---\ndeck: tls\norder: 2\nsource-default: https://i.o/\nchecked: istio 1.31\n---\n" + card("sni") + "## alpn {#alpn}\ntags: [y]\n\nq\n\n---\na\n")}}}
}

func TestEditOwn(t *testing.T) {
	t.Parallel()
	own, shipped := desk(map[string]string{"m.md": mine})
	d, err := Edit("mine-1", own, shipped)
	if err != nil {
		t.Fatal(err)
	}
	if want := "## one {#mine-1}\n\nq\n\n---\na"; d.Text != want || d.File != "m.md" {
		t.Errorf("draft of %s: %q, want %q", d.File, d.Text, want)
	}
	whole, problems, err := d.Finish("\n## one {#mine-1}\n\nwhat?\n\n---\nthat\n\n", "draft.md")
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	if diff := cmp.Diff(strings.Replace(strings.Replace(mine, "q\n\n---\na\n", "what?\n\n---\nthat\n", 1), "\n\n## two", "\n\n## two", 1), whole); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	last, err := Edit("mine-2", own, shipped)
	if err != nil {
		t.Fatal(err)
	}
	if whole, _, err = last.Finish(last.Text, "draft.md"); err != nil || whole != mine {
		t.Errorf("nothing changed, and yet (%v):\n%s", err, cmp.Diff(mine, whole))
	}
}

// A card of the program becomes the learner's, under its id and in its deck.
func TestEditShipped(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"sni", "alpn"} { // without facts and with some
		own, shipped := desk(map[string]string{"m.md": mine})
		d, err := Edit(id, own, shipped)
		if err != nil {
			t.Fatal(err)
		}
		whole, problems, err := d.Finish(strings.Replace(d.Text, "\na", "\nmine", 1), "draft.md")
		if err != nil || len(problems) > 0 {
			t.Fatal(id, problems, err)
		}
		if d.File != "edited-tls.md" {
			t.Errorf("goes to %s", d.File)
		}
		own.Instead = map[string]string{d.File: whole}
		decks, problems := Load(shipped, own)
		if err := Join(problems); err != nil {
			t.Fatal(id, err)
		}
		found := false
		for _, k := range decks {
			for _, c := range k.Cards {
				if c.ID == id {
					found = true
					if c.Back != "mine" || c.Deck != "tls" || c.Source != "https://i.o/" || c.File != "mine/edited-tls.md" {
						t.Errorf("%s: %+v", id, c)
					}
				}
			}
		}
		if !found {
			t.Errorf("%s is gone", id)
		}
		if text, err := Original(id, shipped); err != nil || text != d.Text {
			t.Errorf("original: %q, %v", text, err)
		}
	}
}

func TestEditTwiceAndElsewhere(t *testing.T) {
	t.Parallel()
	own, shipped := desk(map[string]string{"m.md": mine})
	d, err := Edit("mine-1", own, shipped)
	if err != nil {
		t.Fatal(err)
	}
	d.own, _ = desk(map[string]string{"m.md": strings.Replace(mine, "q\n\n---\na", "elsewhere\n\n---\na", 1)})
	if _, _, err := d.Finish(d.Text, "draft.md"); !errors.Is(err, ErrMoved) || !strings.Contains(err.Error(), "mine/m.md:6") {
		t.Errorf("changed meanwhile: %v", err)
	}
	d.own, _ = desk(map[string]string{"m.md": "---\ndeck: mine\n---\n"})
	if _, _, err := d.Finish(d.Text, "draft.md"); !errors.Is(err, ErrMoved) {
		t.Errorf("gone meanwhile: %v", err)
	}
	if _, err := Edit("nobody", own, shipped); !errors.Is(err, ErrNoNote) {
		t.Errorf("no such card: %v", err)
	}
	if _, err := Add("tls", own, shipped); !errors.Is(err, ErrNoDeck) || !strings.Contains(err.Error(), "there are: mine") {
		t.Errorf("no deck of one's own: %v", err)
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	own, shipped := desk(map[string]string{"m.md": mine, "n.md": "---\ndeck: empty\n---\n"})
	d, err := Add("mine", own, shipped)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.Text, "{#mine-3}") {
		t.Errorf("template %q", d.Text)
	}
	whole, problems, err := d.Finish(card("mine-3")+"## c {#mine-4}\nkind: cloze\n\n{{c1::x}} and {{c2::y}}\n", "draft.md")
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	own.Instead = map[string]string{d.File: whole}
	decks, problems := Load(own, Source{Name: shipped.Name, FS: shipped.FS, Beside: true})
	if len(problems) > 0 || len(decks) != 1 || len(decks[0].Cards) != 5 {
		t.Errorf("%d decks, %+v, %v", len(decks), decks, Join(problems))
	}
	if e, err := Add("empty", own, shipped); err != nil || e.File != "n.md" {
		t.Errorf("deck without cards: %+v, %v", e, err)
	}
}

// What is wrong is told by the line of the draft, whatever file it goes to.
func TestFinishProblems(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, id, written, want string }{
		{"no separator", "mine-2", "## two {#mine-2}\n\nq\n", `draft.md:1: card has no line --- between question and answer: "## two {#mine-2}"`},
		{"a fact, after blank lines", "mine-1", "\n\n## one {#mine-1}\ntags: [layer:lisener]\n\nq\n\n---\na\n", `draft.md:4: is no known tag: layer:dns, layer:entry, layer:listener, layer:tls, layer:route, layer:destination: "layer:lisener"`},
		{"of a copy", "alpn", "## alpn {#alpn}\ntags: [layer:lisener]\n\nq\n\n---\na\n", `draft.md:2: is no known tag: layer:dns, layer:entry, layer:listener, layer:tls, layer:route, layer:destination: "layer:lisener"`},
		{"of a copy without facts", "sni", "## sni {#sni}\n\nq\n\n---\n", `draft.md:5: answer is empty`},
		{"another id", "mine-1", "## one {#other}\n\nq\n\n---\na\n", `draft.md:1: is another card: this is the place of mine-1, whose id never changes: "other"`},
		{"one more card", "mine-1", "## one {#mine-1}\n\nq\n\n---\na\n\n## x {#x}\n\nq\n\n---\na\n", `draft.md:8: is another card: this is the place of mine-1, whose id never changes: "x"`},
		{"nothing", "mine-1", "\n", `draft.md: has no card: one begins with a line "## name {#name}"`},
		{"an id of the program", "", "## x {#sni}\n\nq\n\n---\na\n", `draft.md:1: the program has a card of this id too, and yours is asked in its place: give yours another id: "sni"`},
		{"an id of one's own", "", "## x {#mine-1}\n\nq\n\n---\na\n", `draft.md:1: id is taken already at mine/m.md:6: "mine-1"`},
		{"presumes nobody", "", "## x {#x}\nafter: [nobody]\n\nq\n\n---\na\n", `draft.md:2: there is no such card to presume: "nobody"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			own, shipped := desk(map[string]string{"m.md": mine})
			d, err := Add("mine", own, shipped)
			if tt.id != "" {
				d, err = Edit(tt.id, own, shipped)
			}
			if err != nil {
				t.Fatal(err)
			}
			_, problems, err := d.Finish(tt.written, "draft.md")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, Join(problems).Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
