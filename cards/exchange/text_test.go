package exchange

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	c := newCleaner()
	for _, tt := range []struct {
		name, in, want string
		said           string // part of what is said
	}{
		{"plain", "What is a gateway?", "What is a gateway?", ""},
		{"lines", "<div>a <b>b</b></div><div>c<br>d</div>", "a **b**\n\nc  \nd", ""},
		{"code", "<pre>kubectl get pods\n  -A</pre>", "```\nkubectl get pods\n  -A\n```", ""},
		{"list", "<ul><li>a</li><li>b</li></ul>", "- a\n- b", ""},
		{"what means something in Markdown", "# a *b* c_d_e `f`", `\# a \*b* c\_d\_e \` + "`f\\`", ""},
		{"gaps stay", "A {{c1::<b>pod</b>::what}} and {{c2::b}}.", "A {{c1::**pod**::what}} and {{c2::b}}.", ""},
		{"script", "a<script>alert(1)</script>b<iframe src=x></iframe><style>p{}</style>", "ab", "scripts"},
		{"handlers", `<b onclick="x()">a</b>`, "**a**", ""},
		{"links of the web stay", `<a href="https://x.y/?a=1&amp;b=2">z</a>`, "[z](https://x.y/?a=1&b=2)", ""},
		{"other links do not", `<a href="javascript:alert(1)">z</a> <a href="file:///etc/passwd">y</a>`, "z y", ""},
		{"picture", `<img src="a/../b c.png"> <img src="data:image/png;base64,AAAA"> <img alt="a map" src=x>`, `\[picture: b c.png] \[picture] \[picture: a map]`, "pictures"},
		{"sound", "a [sound:x<y>.mp3]", "a (sound: x&lt;y&gt;.mp3)", ""},
		{"nbsp", "a&nbsp;b", "a b", ""},
		{"entities of control characters", "a&#27;[31mb&#x9b;c", "a[31mbc", "control"},
		{"entities in entities", "a&amp;#27;[2J", "a[2J", ""},
		{"escape sequences", "a\x1b]0;t\x07b\x1b[2J", "ab", "control"},
		{"text turned around", "a\u202eb\u061cc", "abc", "control"},
		{"no UTF-8", "a\xffb", "a\uFFFDb", "no text"},
		{"never closed", "<b>a<i>b", "**a*b***", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var said []string
			got, err := c.markdown(tt.in, func(what string) { said = append(said, what) })
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
			if text := strings.Join(said, "; "); !strings.Contains(text, tt.said) || (tt.said == "") != (text == "") {
				t.Errorf("said %q, want %q", text, tt.said)
			}
		})
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	f := fields{"Front": "<b>q</b>", "Back": "a", "Empty": " <br> ", "Pic": "<img src=x>"}
	same := func(s string) string { return s }
	for _, tt := range []struct{ name, question, answer, front, back string }{
		{"basic", "{{Front}}", "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}", "<b>q</b>", "a"},
		{"without a ruler", "{{Front}}", "{{FrontSide}} {{ Back }}", "<b>q</b>", "a"},
		{"front again", "{{Front}}", "{{Front}}<hr id=\"answer\">{{Back}}", "<b>q</b>", "a"},
		{"sections", "{{#Back}}x{{/Back}}{{^Back}}y{{/Back}}{{#Empty}}z{{#Back}}w{{/Back}}{{/Empty}}{{#Pic}}p{{/Pic}}", "{{^Empty}}e{{/Empty}}", "xp", "e"},
		{"filters", "{{text:Front}} {{hint:Back}} {{tts en_US:Back}}", "{{furigana:kana:Back}}", "q a", "a"},
		{"typed", "{{Front}} {{type:Back}}", "{{type:Back}}", "<b>q</b>", "a"},
		{"unknown fields", "{{Front}}{{Nothing}}", "{{!a note}}{{Back}}", "<b>q</b>", "a"},
		{"never closed", "{{Front}} {{#Back}}x {{Front", "{{/Back}}a", "<b>q</b> x", "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			front, back := f.sides(tt.question, tt.answer, same)
			if front != tt.front || back != tt.back {
				t.Errorf("got %q and %q, want %q and %q", front, back, tt.front, tt.back)
			}
		})
	}
}

// brief is a parcel as lines.
func brief(p *Parcel) (out []string) {
	for _, d := range p.Decks {
		for _, n := range d.Notes {
			out = append(out, strings.Join([]string{d.Name, n.ID, string(n.Kind), n.Front, n.Back, strings.Join(n.Tags, ",")}, "|"))
		}
	}
	return append(out, p.Said...)
}

func TestTables(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		csv        bool
		want       []string
	}{
		{"Anki's text", "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n#deck column:3\n#tags column:6\n" +
			"abc\tBasic\tIstio::TLS\t<b>q</b>\t\"a\n\"\"b\"\"\"\ttls Mesh::edge\n" +
			"def\tBasic (and reversed card)\tIstio\tf\tb\t\n" +
			"ghi\tCloze\tIstio\tA {{c1::pod}}.\t\t\n", false, []string{
			"istio|anki-mrswm|reversed|f|b|", "istio|anki-m5ugs|cloze|A {{c1::pod}}.||", "istio-tls|anki-mfrgg|basic|**q**|a \"b\"|tls,Mesh::edge",
		}},
		{"Anki's text without names", "#separator:;\n#html:false\n#tags:one two\nq;a;more\n", false, []string{
			"here|text-" + digest("front", "q") + "|basic|q|a\n\nmore|one,two",
		}},
		{"CSV with names", "\uFEFFid,Back,Front,tags,ignored\r\nown-id,a,q,\"x y\",z\r\n", true, []string{"here|own-id|basic|q|a|x,y"}},
		{"CSV without", "q,a\nq,another\nlonely\n", true, []string{
			"here|text-" + digest("front", "q") + "|basic|q|a|",
			"1 note: left out, another line has the same name or question (the first: line 2)",
			"1 note: left out, nothing to read on one side (the first: line 3)",
		}},
		{"control characters", "q\x1b[2J,a\xff\n", true, []string{
			"here|text-" + digest("front", "q") + "|basic|q|a\uFFFD|", "2 notes: control characters or bytes that are no text were removed (the first: line 1)",
		}},
		{"too long", "q," + strings.Repeat("x", 1<<20) + "\n", true, []string{"1 note: left out, longer than 64 KiB (the first: line 1)"}},
		{"nothing", "", true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := FromText(tt.text, "here", tt.csv)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, brief(p)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTablesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, says string }{
		{"separator", "#separator:soon\na\tb\n", `line 1: separator is "soon"`},
		{"column", "#html:true\n#deck column:0\na\tb\n", `line 2: deck column is "0"`},
	} {
		if _, err := FromText(tt.text, "d", false); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, guid := range []string{"guidBasic1", "Oa*_~q!x[]", "日本", "a", strings.Repeat("x", longest), ours + "passthrough-sni"} {
		id := noteID(guid)
		if !idForm.MatchString(id) || len(id) > maxID-len("/reverse") && !isOurs(guid) || guidOf(id) != guid {
			t.Errorf("%q becomes %q, and that %q", guid, id, guidOf(id))
		}
	}
	for _, guid := range []string{"", strings.Repeat("x", longest+1), ours + "No Id"} {
		if id := noteID(guid); !idForm.MatchString(id) || len(id) > maxID || isOurs(guid) {
			t.Errorf("%q becomes %q", guid, id)
		}
	}
	for title, want := range map[string]string{"Istio::Gateways": "istio-gateways", "  TLS & co ": "tls-co", "日本": "deck-" + digest("deck", "日本")[:8], "../x": "x"} {
		if got := DeckName(title); got != want {
			t.Errorf("deck %q is %q, want %q", title, got, want)
		}
	}
	if diff := cmp.Diff([]string{"a-b", "layer-nowhere", "layer:tls", "Mesh::edge"}, tagNames([]string{"a,b", "layer:nowhere", "layer:tls", "a,b", "Mesh::edge", "\x1b[2J", "##"})); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
}

// A deck goes on behind what its file holds, and is split before it is too
// large to be read.
func TestDecksAreWritten(t *testing.T) {
	t.Parallel()
	note := func(id string, size int) Note {
		return Note{ID: id, Kind: cards.KindBasic, Front: "q", Back: strings.Repeat("long text ", size/10)}
	}
	p := &Parcel{Decks: []Deck{{Name: "d", Title: `A "b": c`}}}
	for range 200 {
		p.Decks[0].Notes = append(p.Decks[0].Notes, note("n"+digest(string(rune(len(p.Decks[0].Notes)))), maxSide))
	}
	have := fstest.MapFS{"d.md": {Data: []byte("---\ndeck: d\n---\n## old {#old}\n\nq\n\n---\na")}}
	files, err := p.Files(have)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Name != "d.md" || files[1].Name != "d-2.md" {
		t.Fatalf("%d files", len(files))
	}
	n := 0
	for _, f := range files {
		d, _ := deck.Parse(f.Name, f.Text)
		n += len(d.Cards)
		if d.Name != "d" || len(f.Text) > 16<<20 {
			t.Errorf("%s: deck %q of %d bytes", f.Name, d.Name, len(f.Text))
		}
	}
	if n != 201 || !strings.HasPrefix(files[0].Text, string(have["d.md"].Data)) || !strings.Contains(files[1].Text, `title: "A \"b\": c"`) {
		t.Errorf("%d cards; %.60s", n, files[1].Text)
	}
	have["d.md"], have["d-2.md"] = &fstest.MapFile{Data: []byte(files[0].Text)}, &fstest.MapFile{Data: []byte(files[1].Text)}
	p.Decks[0].Notes = []Note{note("late", 10)}
	if files, err = p.Files(have); err != nil || len(files) != 1 || files[0].Name != "d-2.md" {
		t.Errorf("later: %d files, %v", len(files), err)
	}
}

// Whatever a note says, its deck file gives that note, and no other.
func FuzzNote(f *testing.F) {
	f.Add("q", "a")
	f.Add("## x {#y}\n---\n```\n## z {#z}", "~~~\n---\ntags: [a]\n")
	f.Add("tags: [x]\nkind: cloze", "\\---\n ---\n---\t")
	f.Add("<div>## x {#x}</div><pre>\n---\n## y {#y}\n</pre>", "<ul><li><pre>```</pre></li></ul>")
	f.Add("- [ ] a\n- [x] b", "&#27;[2J\x1b]0;x\x07\u202e")
	c := newCleaner()
	f.Fuzz(func(t *testing.T, front, back string) {
		for _, convert := range []bool{false, true} {
			n := Note{ID: "it", Kind: cards.KindBasic, Front: front, Back: back}
			for _, s := range []*string{&n.Front, &n.Back} {
				*s = strings.TrimSpace(cards.Clean(*s))
				if convert {
					md, err := c.markdown(*s, func(string) {})
					if err != nil {
						return
					}
					*s = md
				}
				if cards.Unsafe(*s) {
					t.Fatalf("unsafe: %q", *s)
				}
			}
			if !usable(n, &remarks{}, "") {
				continue
			}
			p := &Parcel{Decks: []Deck{{Name: "d", Notes: []Note{{ID: "before", Front: "q", Back: "a"}, n, {ID: "after", Front: "q", Back: "a"}}}}}
			files, err := p.Files(fstest.MapFS{})
			if err != nil {
				t.Fatal(err)
			}
			d, problems := deck.Parse("d.md", files[0].Text)
			if len(d.Cards) != 3 || deck.Lost(problems) > 0 {
				t.Errorf("%d cards of\n%s\n%v", len(d.Cards), files[0].Text, problems)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("#separator:tab\n#html:true\n#guid column:1\nabc\t<b>q</b>\ta\n", false)
	f.Add("front,back\n\"a\"\"b\",c\n", true)
	f.Add("#separator:x\n#columns:front x back\nqxa\n", false)
	f.Fuzz(func(t *testing.T, text string, isCSV bool) {
		p, err := FromText(text, "d", isCSV)
		if err != nil {
			return
		}
		if _, err := p.Files(fstest.MapFS{}); err != nil {
			t.Error(err)
		}
	})
}
