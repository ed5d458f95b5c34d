package deck

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

const good = `---
deck: tls
title: "TLS at the gateway"
source-default: https://istio.io/tls
checked: istio 1.31, envoy 1.40
---
## passthrough-sni {#passthrough-sni}
tags: [tls, passthrough, layer:listener]
labs: [P1]

What does the gateway read?

---
The server name (SNI).

## A heading for people {#code-card}
source: https://kubernetes.io/

Which line is wrong?

` + "```yaml\n---\n## not a card\nkind: Gateway\n```" + `

---
The second:

` + "~~~\n---\n```\n~~~" + `
`

func TestParseGoodDeck(t *testing.T) {
	t.Parallel()
	d, problems := Parse("decks/tls.md", good)
	if err := Join(problems); err != nil {
		t.Fatal(err)
	}
	want := cards.Deck{
		Name: "tls", Title: "TLS at the gateway", Checked: "istio 1.31, envoy 1.40", File: "decks/tls.md",
		Cards: []cards.Card{{
			ID: "passthrough-sni", Note: "passthrough-sni", Kind: cards.KindBasic, Deck: "tls", File: "decks/tls.md", Line: 7,
			Front: "What does the gateway read?", Back: "The server name (SNI).",
			Source: "https://istio.io/tls", Labs: []string{"P1"},
			Tags: []string{"tls", "passthrough", "layer:listener"},
		}, {
			ID: "code-card", Note: "code-card", Kind: cards.KindBasic, Deck: "tls", File: "decks/tls.md", Line: 16,
			Front:  "Which line is wrong?\n\n```yaml\n---\n## not a card\nkind: Gateway\n```",
			Back:   "The second:\n\n~~~\n---\n```\n~~~",
			Source: "https://kubernetes.io/",
		}},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("deck (-want +got):\n%s", diff)
	}
}

func TestParseIsTheSameWithWindowsLines(t *testing.T) {
	t.Parallel()
	want, _ := Parse("f.md", good)
	got, problems := Parse("f.md", "\uFEFF"+strings.ReplaceAll(good, "\n", "\r\n"))
	if err := Join(problems); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

const head = "---\ndeck: d\nsource-default: https://x.y/\n---\n"

func TestProblems(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 61)
	tests := []struct {
		name   string
		text   string
		want   []string // each problem's beginning
		loaded []string // ids
	}{
		{"no front matter", "## a {#a}\nsource: https://x.y/\n\nq\n\n---\na\n",
			[]string{`f.md:1: front matter is missing`}, []string{"a"}},
		{"front matter without end", "---\ndeck: d\n\n## a {#a}\nsource: https://x.y/\n\nq\n\n---\na\n",
			[]string{`f.md:1: front matter has no end`}, []string{"a"}},
		{"front matter without deck", "---\nchecked: x\n---\n## a {#a}\nsource: https://x.y/\n\nq\n\n---\na\n",
			[]string{`f.md:1: front matter has no deck`}, []string{"a"}},
		{"unknown key", "---\ndeck: d\ncolour: red\n---\n## a {#a}\nsource: https://x.y/\n\nq\n\n---\na\n",
			[]string{`f.md:3: is no key of front matter (deck, title, order, source-default, checked): "colour"`}, []string{"a"}},
		{"no key", "---\ndeck: d\nnonsense\n---\n## a {#a}\nsource: https://x.y/\n\nq\n\n---\na\n",
			[]string{`f.md:3: is no YAML (non-map value is specified): "nonsense"`}, []string{"a"}},
		{"empty file", "", []string{`f.md:1: front matter is missing`}, nil},
		{"no cards", head, []string{`f.md: has no cards`}, nil},
		{"no id", head + "## a\n\nq\n\n---\na\n\n## b {#b}\n\nq\n\n---\na\n",
			[]string{`f.md:5: card has no id: write "## name {#name}": "## a"`}, []string{"b"}},
		{"id form", head + "## a {#A_b}\n\nq\n\n---\na\n", []string{`f.md:5: is no card id`}, nil},
		{"no answer line", head + "## a {#a}\n\nq\n\n## b {#b}\n\nq\n\n---\na\n",
			[]string{`f.md:5: card has no line ---`}, []string{"b"}},
		{"empty question and answer", head + "## a {#a}\n\n---\n\n## b {#b}\n\nq\n\n---\n \n",
			[]string{`f.md:5: question is empty`, `f.md:7: answer is empty`, `f.md:13: answer is empty`}, nil},
		{"two lines ---", head + "## a {#a}\n\nq\n\n---\na\n\n---\nb\n", []string{`f.md:12: second line ---`}, []string{"a"}},
		{"no source", "---\ndeck: d\n---\n## a {#a}\n\nq\n\n---\na\n", []string{`f.md:4: card names no source`}, []string{"a"}},
		{"source is no address", head + "## a {#a}\nsource: the book\n\nq\n\n---\na\n", []string{`f.md:5: source is no web address: "the book"`}, []string{"a"}},
		{"long answer", head + "## a {#a}\n\nq\n\n---\n" + long + "\n", []string{`f.md:10: answer has 61 words`}, []string{"a"}},
		{"code is no word", head + "## a {#a}\n\nq\n\n---\n```\n" + long + "\n```\n", nil, []string{"a"}},
		{"unknown layer and step", head + "## a {#a}\ntags: [layer:lisener, step:tls, step:x]\n\nq\n\n---\na\n",
			[]string{`f.md:6: is no known tag: layer:dns`, `f.md:6: is no known tag: step:capture`}, []string{"a"}},
		{"unknown fact", head + "## a {#a}\ntag: x\n\nq\n\n---\na\n", []string{`f.md:6: is no fact of a card`}, []string{"a"}},
		{"control characters", head + "## a {#a}\n\nq \x1b[31mred\n\n---\n&#27;[2J and \xff\n",
			[]string{`f.md:7: question holds control`, `f.md:10: answer holds control`}, []string{"a"}},
		{"control characters in titles", head + "# T\x1b[2J\n\n## a\x1b[31m {#a}\n\nq\n\n---\na\n",
			[]string{`f.md:5: title holds control characters or invalid UTF-8: "# T\x1b[2J"`, `f.md:7: title holds control`}, []string{"a"}},
		{"deck name", "---\ndeck: My \x1b[31mDeck\nsource-default: https://x.y/\n---\n## a {#a}\n\nq\n\n---\na\n",
			[]string{`f.md:2: holds control`, `f.md:2: is no deck name`}, []string{"a"}},
		{"stray text", head + "hello\n\n## a {#a}\n\nq\n\n---\na\n", []string{`f.md:5: stands before the first card: "hello"`}, []string{"a"}},
		{"fence never closed", head + "## a {#a}\n\n```\nq\n\n## b {#b}\n\nq\n\n---\na\n",
			[]string{`f.md:7: opens fenced code`, `f.md:5: card has no line ---`}, []string{"b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, problems := Parse("f.md", tt.text)
			for i, p := range problems {
				if i >= len(tt.want) || !strings.HasPrefix(p.Error(), tt.want[i]) {
					t.Errorf("problem %d: %v", i, p)
				}
			}
			if len(problems) != len(tt.want) {
				t.Errorf("got %d problems, want %d", len(problems), len(tt.want))
			}
			var ids []string
			for _, c := range d.Cards {
				ids = append(ids, c.ID)
				if cards.Unsafe(c.Front) || cards.Unsafe(c.Back) {
					t.Errorf("card %q is not safe to show", c.ID)
				}
			}
			if diff := cmp.Diff(tt.loaded, ids); diff != "" {
				t.Errorf("loaded cards (-want +got):\n%s", diff)
			}
		})
	}
}

func card(id string) string { return "## " + id + " {#" + id + "}\n\nq\n\n---\na\n\n" }

func TestLoadKeepsTheFirstOfTwo(t *testing.T) {
	t.Parallel()
	decks, problems := Load(
		Source{Name: "ours", FS: fstest.MapFS{
			"a.md":     {Data: []byte(head + card("one") + card("two") + card("one"))},
			"notes.md": {Data: []byte("nothing")},
			"x.txt":    {Data: []byte("not a deck")},
		}},
		Source{Name: "yours", FS: fstest.MapFS{"b.md": {Data: []byte(head + card("two") + card("three"))}}},
		Source{Name: "absent", FS: absent{}},
	)
	var got []string
	for _, d := range decks {
		for _, c := range d.Cards {
			got = append(got, c.File+" "+c.ID)
		}
	}
	if diff := cmp.Diff([]string{"ours/a.md one", "ours/a.md two", "yours/b.md three"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := `ours/a.md:19: id is taken already at ours/a.md:5: "one"
ours/notes.md:1: front matter is missing: the file begins with a line ---, then deck: NAME: "nothing"
yours/b.md:5: id is taken already at ours/a.md:12: "two"`
	if diff := cmp.Diff(want, Join(problems).Error()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

type absent struct{ fstest.MapFS }

func TestDecksComeInTheirOrder(t *testing.T) {
	t.Parallel()
	ordered := func(name, order string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("---\ndeck: " + name + "\nsource-default: https://x.y/\norder: " + order + "\n---\n" + card(name))}
	}
	decks, problems := Load(Source{Name: "x", FS: fstest.MapFS{"a.md": ordered("a", "3"), "b.md": ordered("b", "1"), "c.md": ordered("c", "1"), "d.md": ordered("d", "first")}})
	got := ""
	for _, d := range decks {
		got += d.Name
	}
	if got != "dbca" || len(problems) != 1 || problems[0].Error() != `x/d.md:4: is no order: a whole number: "first"` {
		t.Errorf("order %s, problems %v", got, problems)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	print := func(f *fstest.MapFile) string {
		t.Helper()
		return Fingerprint(Source{Name: "x", FS: fstest.MapFS{"a.md": f}})
	}
	at := time.Unix(1000, 0)
	base := print(&fstest.MapFile{Data: []byte("one"), ModTime: at})
	if base != print(&fstest.MapFile{Data: []byte("one"), ModTime: at}) {
		t.Error("the same file has two fingerprints")
	}
	if base == print(&fstest.MapFile{Data: []byte("one"), ModTime: at.Add(1)}) {
		t.Error("a changed time is not seen")
	}
	if print(&fstest.MapFile{Data: []byte("one")}) == print(&fstest.MapFile{Data: []byte("two")}) {
		t.Error("changed text of an embedded file is not seen")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add(head + card("a") + "```\n")
	f.Add(noteOf("kind: cloze\nafter: [x, b]\n", "a {{c1::b::h}} {{c2::c {{c3::d}}}}", "e"))
	f.Add(noteOf("kind: choice\n", "q\n- [x] a\n  b\n- [ ] c", "e"))
	f.Add(noteOf("kind: command\naccept: [ls, 'a b']\n", "q", "~~~\nls -l\n~~~"))
	f.Add(noteOf("kind: triage\nlayer: dns\n", "q\n- [x] a\n- [ ] c", "e"))
	f.Add(noteOf("kind: reversed\ntags: &a {b: *a}\n", "q", "a"))
	f.Fuzz(func(t *testing.T, text string) {
		decks, problems := Load(Source{Name: "d", FS: fstest.MapFS{"f.md": {Data: []byte(text)}}})
		if len(decks) == 0 && len(problems) == 0 {
			t.Error("nothing loaded and nothing said")
		}
		known := map[string]bool{}
		for _, d := range decks {
			for _, c := range d.Cards {
				checkCard(t, c)
				if known[c.ID] {
					t.Errorf("card %q is there twice", c.ID)
				}
				known[c.ID] = true
			}
		}
		for _, p := range problems {
			if strings.ContainsFunc(p.Error(), unicode.IsControl) || p.Line > strings.Count(text, "\n")+1 {
				t.Errorf("problem %q at line %d", p.Error(), p.Line)
			}
		}
	})
}

// checkCard holds a card against what every card promises.
func checkCard(t *testing.T, c cards.Card) {
	t.Helper()
	if c.ID == "" || c.Front == "" || c.Back == "" || (c.ID != c.Note && !strings.HasPrefix(c.ID, c.Note+"/")) {
		t.Errorf("unusable card %+v", c)
	}
	if cards.Unsafe(c.Front + c.Back + strings.Join(c.Tags, "") + strings.Join(c.Key.Accept, "") + c.Source) {
		t.Errorf("unsafe text in %+v", c)
	}
	right := 0
	for _, o := range c.Key.Options {
		if o.Right {
			right++
		}
	}
	if n := len(c.Key.Options); n > 0 && (right != 1 || n < 2 || n > maxOptions) {
		t.Errorf("options of %+v", c)
	}
	switch {
	case c.Kind == cards.KindChoice && right == 0, c.Kind == cards.KindCommand && len(c.Key.Accept) == 0,
		c.Kind == cards.KindTriage && c.Key.Layer == "", c.Kind == cards.KindCloze && c.Key.Cloze == "":
		t.Errorf("%s without what it needs: %+v", c.Kind, c)
	}
}

// One folder that cannot be read takes nothing from the others.
func TestLoadWithoutOneFolder(t *testing.T) {
	t.Parallel()
	sources := []Source{
		{Name: "closed", FS: closed{}},
		{Name: "lone", FS: fstest.MapFS{}, Only: "gone.md"},
		{Name: "ours", FS: fstest.MapFS{"a.md": {Data: []byte(head + card("one"))}}},
	}
	decks, problems := Load(sources...)
	if len(decks) != 1 || len(decks[0].Cards) != 1 {
		t.Errorf("loaded %+v, want the one card", decks)
	}
	want := "closed: cannot be read: permission denied\nlone/gone.md: cannot be read: file does not exist"
	if diff := cmp.Diff(want, Join(problems).Error()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if Fingerprint(sources...) == Fingerprint(sources[1:]...) {
		t.Error("a folder that cannot be read has no fingerprint")
	}
}

type closed struct{ fstest.MapFS }

func (closed) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrPermission }

// Names of files and of decks reach terminals: they are safe wherever they come from.
func TestNamesAreSafe(t *testing.T) {
	t.Parallel()
	body := []byte("---\ndeck: \x1b[31mBad\nsource-default: https://x.y/\n---\n")
	decks, problems := Load(Source{Name: "fol\x1b]0;der\a", FS: fstest.MapFS{
		"a\x1b[31m.md": {Data: append(body, card("one")...)},
		"b\n.md":       {Data: append(body, card("two")...)},
		"c\xff.md":     {},
		"\u202e.md":    {Data: append(body, card("three")...)},
		"My Deck.md":   {Data: append(body, card("four")...)},
		"d\x1b[2J.md":  {Mode: fs.ModeNamedPipe},
	}})
	if len(decks) != 4 || len(problems) == 0 {
		t.Fatalf("%d decks, problems %v", len(decks), problems)
	}
	for _, p := range problems {
		if text := p.Error(); cards.Unsafe(text) || strings.Contains(text, "\n") || strings.ContainsAny(p.File, "\x1b\n") {
			t.Errorf("%q", text)
		}
	}
	for _, d := range decks {
		if !idForm.MatchString(d.Name) || cards.Unsafe(d.File) || cards.Unsafe(d.Cards[0].File) || d.Cards[0].Deck != d.Name {
			t.Errorf("deck %q in %q, its card in %q of %q", d.Name, d.File, d.Cards[0].File, d.Cards[0].Deck)
		}
	}
}
