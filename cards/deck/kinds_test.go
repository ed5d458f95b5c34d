package deck

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatedrill/gatedrill/cards"
)

// note writes a note with the id "x", its facts, question and answer.
func noteOf(facts, question, answer string) string {
	return head + "## x {#x}\n" + facts + "\n" + question + "\n\n---\n" + answer + "\n"
}

func TestKinds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []cards.Card
	}{
		{"basic", noteOf("kind: basic\n", "q", "a"), []cards.Card{{ID: "x", Kind: cards.KindBasic, Front: "q", Back: "a"}}},
		{"reversed", noteOf("kind: reversed\n", "q", "a"), []cards.Card{
			{ID: "x", Kind: cards.KindReversed, Front: "q", Back: "a"},
			{ID: "x/reverse", Kind: cards.KindReversed, Front: "a", Back: "q"},
		}},
		{"cloze", noteOf("kind: cloze\n", "The {{c2::SNI::field}} of the {{c1::ClientHello}}.", "More."), []cards.Card{
			{ID: "x", Kind: cards.KindCloze, Front: "The SNI of the […].", Back: "**ClientHello**\n\nMore.", Key: cards.Key{Cloze: "The {{c2::SNI::field}} of the {{c1::ClientHello}}."}},
			{ID: "x/c2", Kind: cards.KindCloze, Front: "The [field] of the ClientHello.", Back: "**SNI**\n\nMore.", Key: cards.Key{Cloze: "The {{c2::SNI::field}} of the {{c1::ClientHello}}."}},
		}},
		{"cloze without more, over lines", head + "## x {#x}\nkind: cloze\n\n```\n{{c3::a\nb}}\n```\n", []cards.Card{
			{ID: "x/c3", Kind: cards.KindCloze, Front: "```\n[…]\n```", Back: "```\na\nb\n```", Key: cards.Key{Cloze: "```\n{{c3::a\nb}}\n```"}},
		}},
		{"choice", noteOf("kind: choice\n", "q\n\n- [ ] one\n* [x] two\n  goes on\n\n- [ ] three", "a"), []cards.Card{
			{ID: "x", Kind: cards.KindChoice, Front: "q", Back: "a", Key: cards.Key{Options: []cards.Option{{Text: "one"}, {Text: "two goes on", Right: true}, {Text: "three"}}}},
		}},
		{"command", noteOf("kind: command\naccept:\n  - istioctl pc r x\n  - \"a: b\"\n", "q", "Like so:\n\n```sh\nistioctl pc routes x\n```\n\n```\nnot this\n```"), []cards.Card{
			{ID: "x", Kind: cards.KindCommand, Front: "q", Back: "Like so:\n\n```sh\nistioctl pc routes x\n```\n\n```\nnot this\n```", Key: cards.Key{Accept: []string{"istioctl pc routes x", "istioctl pc r x", "a: b"}}},
		}},
		{"triage in words", noteOf("kind: triage\nlayer: tls\n", "```\nlog\n```", "a"), []cards.Card{
			{ID: "x", Kind: cards.KindTriage, Front: "```\nlog\n```", Back: "a", Key: cards.Key{Layer: "tls"}},
		}},
		{"triage with causes", noteOf("layer: tls\nkind: triage\n", "```\nlog\n- [x] code\n```\n- [x] one\n- [ ] two", "a"), []cards.Card{
			{ID: "x", Kind: cards.KindTriage, Front: "```\nlog\n- [x] code\n```", Back: "a", Key: cards.Key{Layer: "tls", Options: []cards.Option{{Text: "one", Right: true}, {Text: "two"}}}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, problems := Parse("f.md", tt.text)
			if err := Join(problems); err != nil {
				t.Fatal(err)
			}
			same := cmpopts.IgnoreFields(cards.Card{}, "Note", "Deck", "Source", "File", "Line")
			if diff := cmp.Diff(tt.want, d.Cards, same); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, c := range d.Cards {
				if c.Note != "x" {
					t.Errorf("card %s is of note %q", c.ID, c.Note)
				}
			}
		})
	}
}

func TestKindProblems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
		loaded           bool
	}{
		{"unknown kind", noteOf("kind: quiz\n", "q", "a"), `f.md:6: is no kind of card: basic, reversed, cloze, choice, command, triage: "quiz"`, false},
		{"facts that are no YAML", noteOf("tags: [a\nlabs: [b]\n", "q", "a"), `f.md:7: is no YAML`, false},
		{"no blank line after the facts", head + "## x {#x}\ntags: [a]\nWhat now?\n\n---\na\n", `f.md:7: is no YAML (non-map value is specified): leave a blank line before the question: "What now?"`, false},
		{"fact twice", noteOf("tags: [a]\ntags: [b]\n", "q", "a"), `f.md:7: is no YAML (mapping key "tags" already defined`, false},
		{"list of lists", noteOf("tags: [[a], b]\n", "q", "a"), `f.md:6: wants texts in its list: "tags"`, true},
		{"mapping for a list", noteOf("tags: {a: b}\n", "q", "a"), `f.md:6: wants a list: [one, two]: "tags"`, true},
		{"list for a text", noteOf("source: [a]\n", "q", "a"), `f.md:6: wants a line of text: "source"`, true},
		{"anchors", noteOf("tags: &x [a]\n", "q", "a"), `f.md:6: wants a list`, true},
		{"too many brackets", noteOf("tags: "+strings.Repeat("[", 300)+"\n", "q", "a"), `f.md:6: is more than facts need`, false},
		{"no gap", noteOf("kind: cloze\n", "q", "a"), `f.md:8: cloze has no gap: {{c1::text}} makes one: "q"`, false},
		{"gap not closed", noteOf("kind: cloze\n", "q\n{{c1::a}}\n{{c2::b", "a"), `f.md:10: cloze is never closed: }} is missing: "{{c2::b"`, false},
		{"one option", noteOf("kind: choice\n", "q\n\n- [x] one", "a"), `f.md:10: card has 1 options, want 2 to 6`, false},
		{"no option", noteOf("kind: choice\n", "q", "a"), `f.md:9: card has 0 options`, false},
		{"two right", noteOf("kind: choice\n", "q\n\n- [x] one\n- [x] two", "a"), `f.md:10: card has 2 options that are right, want one`, false},
		{"none right", noteOf("kind: triage\nlayer: tls\n", "q\n\n- [ ] one\n- [ ] two", "a"), `f.md:11: card has 0 options that are right, want one`, false},
		{"one option twice", noteOf("kind: choice\n", "q\n\n- [x] one\n- [ ] one", "a"), `f.md:10: card has an option twice`, false},
		{"options only", noteOf("kind: choice\n", "- [x] one\n- [ ] two", "a"), `f.md:6: question is empty`, false},
		{"text after the options", noteOf("kind: choice\n", "q\n\n- [x] one\n- [ ] two\n\nmore", "a"), `f.md:13: stands after the options: they end the question: "more"`, true},
		{"no command", noteOf("kind: command\n", "q", "Just so."), `f.md:11: answer of a command has no fenced code`, false},
		{"what no shell reads", noteOf("kind: command\n", "q", "```\nls '\n```"), "f.md:11: command: a shell does not read it: reached EOF without closing quote", false},
		{"what no shell reads, among others", noteOf("kind: command\naccept:\n  - ls\n  - 'ls ('\n", "q", "```\nls\n```"), "f.md:7: command: a shell does not read it", false},
		{"no layer", noteOf("kind: triage\n", "q", "a"), `f.md:5: is no layer of a triage: layer: one of dns, entry, listener, tls, route, destination`, false},
		{"unknown layer", noteOf("kind: triage\nlayer: mesh\n", "q", "a"), `f.md:7: is no layer of a triage: layer: one of dns, entry, listener, tls, route, destination: "mesh"`, false},
		{"fact of another kind", noteOf("layer: tls\n", "q", "a"), `f.md:6: is a fact of kind triage, and this card is basic: "layer"`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, problems := Parse("f.md", tt.text)
			if len(problems) != 1 || !strings.HasPrefix(problems[0].Error(), tt.want) {
				t.Errorf("problems:\n%v\nwant one that begins with\n%s", Join(problems), tt.want)
			}
			if loaded := len(d.Cards) > 0; loaded != tt.loaded || (Lost(problems) > 0) == loaded {
				t.Errorf("loaded: %v, %d lost", loaded, Lost(problems))
			}
		})
	}
}

// after writes a deck of cards with what each presumes: "a", "b<a".
func after(notes ...string) *fstest.MapFile {
	text := head
	for _, n := range notes {
		id, presumes, _ := strings.Cut(n, "<")
		text += "## " + id + " {#" + id + "}\nafter: [" + presumes + "]\n\nq\n\n---\na\n\n"
	}
	return &fstest.MapFile{Data: []byte(text)}
}

func TestAfter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]*fstest.MapFile
		want  map[string][]string
		said  []string
	}{
		{"over decks, forwards and backwards", map[string]*fstest.MapFile{"a.md": after("a<b", "c"), "b.md": after("b<c")},
			map[string][]string{"a": {"b"}, "b": {"c"}}, nil},
		{"no such card", map[string]*fstest.MapFile{"a.md": after("a<nobody, b", "b")},
			map[string][]string{"a": {"b"}}, []string{`d/a.md:6: there is no such card to presume: "nobody"`}},
		{"itself", map[string]*fstest.MapFile{"a.md": after("a<a")}, nil,
			[]string{`d/a.md:6: what cards presume goes in a circle: a → a: "a"`}},
		{"a circle over decks", map[string]*fstest.MapFile{"a.md": after("a<b"), "b.md": after("b<c", "c<a")},
			map[string][]string{"a": {"b"}, "b": {"c"}}, []string{`d/b.md:14: what cards presume goes in a circle: a → b → c → a: "a"`}},
		{"no circle, but a diamond", map[string]*fstest.MapFile{"a.md": after("a<b, c", "b<d", "c<d", "d")},
			map[string][]string{"a": {"b", "c"}, "b": {"d"}, "c": {"d"}}, nil},
		{"a gap by its own id only", map[string]*fstest.MapFile{"a.md": after("a<x, x/c2"), "b.md": {Data: []byte(head + "## x {#x}\nkind: cloze\n\n{{c2::b}} {{c3::c}}\n")}},
			map[string][]string{"a": {"x/c2"}}, []string{`d/a.md:6: there is no such card to presume; there are x/c2, x/c3: "x"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			decks, problems := Load(Source{Name: "d", FS: fstest.MapFS(tt.files)})
			got := map[string][]string{}
			for _, d := range decks {
				for _, c := range d.Cards {
					if len(c.After) > 0 {
						got[c.ID] = c.After
					}
				}
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			var said []string
			for _, p := range problems {
				said = append(said, p.Error())
			}
			if diff := cmp.Diff(tt.said, said); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// Cards of the learner's own and the program's never lose one for the other.
func TestOwnDecks(t *testing.T) {
	t.Parallel()
	shipped := Source{Name: "content", FS: fstest.MapFS{"a.md": {Data: []byte(head + card("one") + card("two"))}}}
	own := func(text string) ([]cards.Deck, []Problem) {
		return Load(shipped, Source{Name: "mine", Own: true, FS: fstest.MapFS{"b.md": {Data: []byte(strings.Replace(head, "deck: d", "deck: m", 1) + text)}}})
	}
	listed := func(decks []cards.Deck) string {
		var out []string
		for _, d := range decks {
			for _, c := range d.Cards {
				out = append(out, c.Deck+" "+c.ID+" "+c.File+" "+c.Back)
			}
		}
		return strings.Join(out, "\n")
	}
	digest := parse("", head+card("one"), Source{}).notes[0].digest()
	copyOf := func(edited string) string {
		return "## one {#one}\nedited: " + edited + "\n\nq\n\n---\nmine\n"
	}
	tests := []struct {
		name, text, want, said string
	}{
		{"a card of one's own", card("three"), "d one content/a.md a\nd two content/a.md a\nm three mine/b.md a", ""},
		{"an edited copy", copyOf(digest), "d one mine/b.md mine\nd two content/a.md a", ""},
		{"an edited copy of what changed since", copyOf("01234567"), "d one mine/b.md mine\nd two content/a.md a",
			`mine/b.md:6: the program's card was changed since you edited yours: see gatedrill cards show --original one, and keep yours with edited: ` + digest + `: "01234567"`},
		{"the same id by chance", card("one"), "d one mine/b.md a\nd two content/a.md a",
			`mine/b.md:5: the program has a card of this id too, and yours is asked in its place: give yours another id: "one"`},
		{"two copies", copyOf(digest) + "\n" + copyOf(digest), "d one mine/b.md mine\nd two content/a.md a",
			`mine/b.md:13: id is taken already at mine/b.md:5: "one"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			decks, problems := own(tt.text)
			if diff := cmp.Diff(tt.want, listed(decks)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			said := ""
			if err := Join(problems); err != nil {
				said = err.Error()
			}
			if diff := cmp.Diff(tt.said, said); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// A source that stands beside is only there to be presumed.
func TestBeside(t *testing.T) {
	t.Parallel()
	decks, problems := Load(
		Source{Name: "this", FS: fstest.MapFS{"a.md": after("a<b")}},
		Source{Name: "that", Beside: true, FS: fstest.MapFS{"b.md": after("b<nobody, a", "a"), "c.md": {Data: []byte("nothing")}}},
		Source{Name: "closed", Beside: true, FS: closed{}},
	)
	const circle = `this/a.md:6: what cards presume goes in a circle: a → b → a: "a"`
	if err := Join(problems); err == nil || err.Error() != circle || len(decks) != 1 || len(decks[0].Cards) != 1 || decks[0].Cards[0].After[0] != "b" {
		t.Errorf("%+v, %v", decks, err)
	}
}
