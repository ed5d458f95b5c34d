package syllabus_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/syllabus"
)

const rows = `apiVersion: gatedrill/v1
rows:
  - title: "layer 1"
    wants:
      - {catalogue: [N1]}
      - {catalogue: [N2, N3], labs: 2}
  - title: waypoint
    wants:
      - {title: a policy of it, catalogue: [A6], shape: waypoint}
      - {catalogue: [W1], scene: waypoint}
  - title: odd
    wants:
      - {behind: true}
      - {healthy: true}
`

func lab(id, catalogue string, change func(*labs.Lab)) labs.Lab {
	l := labs.Lab{ID: id, Catalogue: catalogue, Difficulty: 2, Goals: []labs.Check{{That: labs.Expr{Text: "true", Pos: labs.Pos{Line: 7}}}}}
	if change != nil {
		change(&l)
	}
	return l
}

func load(t *testing.T, text string) (syllabus.Syllabus, []labs.Problem) {
	t.Helper()
	return syllabus.Load(fstest.MapFS{syllabus.File: {Data: []byte(text)}})
}

func TestPage(t *testing.T) {
	t.Parallel()
	s, problems := load(t, rows)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	list := []labs.Lab{
		lab("ferry", "N1", nil), lab("train", "N3", func(l *labs.Lab) { l.UnseenBy = []string{"analyze"} }),
		lab("gate", "A6", func(l *labs.Lab) { l.Shapes = []string{"waypoint"}; l.Requires = []string{"waypoint", "sidecar"} }),
		lab("door", "A6", nil), lab("two", "H1", func(l *labs.Lab) { l.Behind.Name = "x" }), lab("none", "T4", func(l *labs.Lab) { l.Healthy = "x" }),
		lab("post", "W1", func(l *labs.Lab) { l.Scene.Name = "waypoint" }),
	}
	prints := map[string]string{}
	for _, l := range list {
		f, err := syllabus.Fingerprint(l)
		if err != nil {
			t.Fatal(err)
		}
		prints[l.ID] = f
	}
	page, err := syllabus.Page(s, list, syllabus.Proofs{
		"sandbox": {"ferry": {Lab: prints["ferry"], Holds: 12}, "train": {Lab: "older", Holds: 12}, "gate": {Lab: prints["gate"], Fails: `shortcut "a|b"`}},
		"kind":    {"gate": {Lab: prints["gate"], Lacked: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `| row | wanted | lab | requires | sandbox | kind | context |
|---|---|---|---|---|---|---|
| layer 1 | N1 | ferry | – | ✓ 12 | not tried | not tried |
|  | N2 or N3 | train | – | changed since | not tried | not tried |
|  |  | **none yet** | | | | |
| waypoint | a policy of it | gate | waypoint, sidecar | ✗ shortcut "a¦b" | not offered | not tried |
|  | W1 | post | – | not tried | not tried | not tried |
| odd | one fault behind another | two | – | not tried | not tried | not tried |
|  | a healthy mesh | none | – | not tried | not tried | not tried |
| in no row | A6 | door | – | not tried | not tried | not tried |

7 labs (0 of difficulty 1, 7 of difficulty 2, 0 of difficulty 3, 0 of difficulty 4, 0 of difficulty 5); ` + "`istioctl analyze`" + ` is silent about 1 of them. Labs that rows still want: 1.
`
	_, table, _ := strings.Cut(page, "\n\n| row")
	if d := cmp.Diff(want, "| row"+table); d != "" {
		t.Error(d)
	}
}

// A proof is of what a lab does and expects, not of how it is written.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	base := lab("ferry", "N1", nil)
	was, err := syllabus.Fingerprint(base)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*labs.Lab)
		same   bool
	}{
		"words":      {func(l *labs.Lab) { l.Ticket, l.Debrief, l.Minutes = "other", "other", 9 }, true},
		"place":      {func(l *labs.Lab) { l.Goals = []labs.Check{{That: labs.Expr{Text: "true", Pos: labs.Pos{Line: 8}}}} }, true},
		"goal":       {func(l *labs.Lab) { l.Goals = []labs.Check{{That: labs.Expr{Text: "false"}}} }, false},
		"breaks":     {func(l *labs.Lab) { l.Breaks = []labs.Step{labs.StepTLS} }, false},
		"manifest":   {func(l *labs.Lab) { l.Base.Objects = []labs.Manifest{{Object: map[string]any{"kind": "Pod"}}} }, false},
		"capability": {func(l *labs.Lab) { l.Requires = []string{"sidecar"} }, false},
		"command": {func(l *labs.Lab) {
			l.Steps = map[labs.Step]labs.StepPlan{labs.StepTLS: {Look: []string{"curl"}}}
		}, false},
	} {
		l := lab("ferry", "N1", c.change)
		got, err := syllabus.Fingerprint(l)
		if err != nil {
			t.Fatal(err)
		}
		if (got == was) != c.same {
			t.Errorf("%s: the same is %v, want %v", name, got == was, c.same)
		}
	}
}

func TestLoadProblems(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "syllabus.yaml: want exactly one YAML document",
		"apiVersion: v1\nrows: [{title: a, wants: [{catalogue: [N1]}]}]\n":               "syllabus.yaml:1:1: apiVersion must be gatedrill/v1",
		"apiVersion: gatedrill/v1\nrows:\n  - {title: a}\n":                              "syllabus.yaml:3:6: a row has a title, and wants at least one lab",
		"apiVersion: gatedrill/v1\nrows:\n  - {title: a, wants: [{title: b}]}\n":         "syllabus.yaml:3:25: a want names the faults that will do, by catalogue, unless it is behind or healthy",
		"apiVersion: gatedrill/v1\nrows:\n  - {title: a, wants: [{catalogues: [N1]}]}\n": `syllabus.yaml:3:25: unknown key "catalogues"`,
	} {
		_, problems := load(t, text)
		if len(problems) == 0 || !strings.HasPrefix(fmt.Sprint(problems[0]), want) {
			t.Errorf("%q: %v, want %s", text, problems, want)
		}
	}
}
