package labfile_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

const goodShowing = `apiVersion: gatedrill/v1
id: shop
title: A shop
scene: {name: edge, with: {team: toys}}
requests:
  other: {from: outside, url: "https://other.${domain}/"}
views:
  - title: as it is
    facts:
      answers: {that: 'requests.main.code == 200'}
  - title: another port
    fault: {name: port-typo, with: {port: "8079"}}
    facts:
      refused: {run: "kubectl get svc -n ${namespace}", prints: ["${team}"], lacks: [x]}
  - title: a patch
    change:
      - patch: Service ${namespace}/web
        merge: {spec: {ports: []}}
    facts:
      both: {that: 'requests.other.code == 503', run: "echo 503", prints: ["503"]}
`

func shownIn(t *testing.T, text string) ([]labs.Showing, []labs.Problem) {
	t.Helper()
	f := labfile.Folder{Name: "content", FS: fstest.MapFS{
		"world/world.yaml":        {Data: []byte("apiVersion: gatedrill/v1\n")},
		"scenes/edge/scene.yaml":  {Data: []byte(goodScene)},
		"scenes/edge/base/a.yaml": {Data: []byte("apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: \"${namespace}\"}\nspec: {ports: [{port: 80}]}\n")},
		"faults/port-typo.yaml":   {Data: []byte(goodFault)},
		"shown/shop.yaml":         {Data: []byte(text)},
	}}
	shared, _ := labfile.LoadShared(f)
	return labfile.LoadShown(f, shared)
}

func TestShowingIsPutTogether(t *testing.T) {
	t.Parallel()
	list, problems := shownIn(t, goodShowing)
	for _, p := range problems {
		t.Error(p)
	}
	if len(list) != 1 {
		t.Fatalf("%d worlds", len(list))
	}
	w := list[0]
	if got := w.Lab.Requests["other"].URL; got != "https://other.example.com/" {
		t.Errorf("request other asks %s", got)
	}
	if got := w.Lab.Requests["main"].To; got != "drill-toys/web" {
		t.Errorf("request main is for %s", got)
	}
	if len(w.Lab.Goals) != 2 || w.Lab.Goals[0].Title != "a patch: both" || w.Lab.Goals[0].That.Pos.Line == 0 {
		t.Errorf("goals %+v", w.Lab.Goals)
	}
	if !w.Views[0].Does.Empty() || len(w.Views[1].Does.Ops) != 1 || len(w.Views[2].Does.Ops) != 1 {
		t.Errorf("views do %+v", w.Views)
	}
	if got := w.Views[1].Facts["refused"]; got.Run != "kubectl get svc -n drill-toys" || got.Prints[0] != "toys" {
		t.Errorf("fact %+v", got)
	}
}

func TestShowingProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, old, text string
		want            string // of the first problem
	}{
		{"no such scene", "name: edge", "name: egde", `content/shown/shop.yaml:4:9: there is no scene "egde"`},
		{"no scene", "scene: {name: edge, with: {team: toys}}", "", "content/shown/shop.yaml: scene names no scene"},
		{"another id", "id: shop", "id: shed", "content/shown/shop.yaml:2:1: id must be the file's name: shop"},
		{"unknown key", "prints: [\"${team}\"]", "print: [\"${team}\"]", `content/shown/shop.yaml:14:55: unknown key "print"`},
		{"unknown parameter", "${team}", "${teem}", `content/shown/shop.yaml:14:67: no parameter is called "teem"`},
		{"no such fault", "port-typo", "port-tipo", `content/shown/shop.yaml:12:13: there is no fault "port-tipo"`},
		{"two changes", "    change:\n", "    fault: {name: port-typo}\n    change:\n", "content/shown/shop.yaml:15:5: a view has either a fault"},
		{"neither that nor run", "{that: 'requests.main.code == 200'}", "{prints: [x]}", "content/shown/shop.yaml:10:17: fact of card answers: say that"},
		{"output of nothing", "{that: 'requests.main.code == 200'}", "{that: '1 == 1', lacks: [x]}", "content/shown/shop.yaml:10:17: fact of card answers: prints and lacks"},
		{"any output will do", "prints: [\"${team}\"], ", "", "content/shown/shop.yaml:14:17: fact of card refused: prints says"},
		{"an empty text is in any output", "lacks: [x]", "lacks: [\"\"]", "content/shown/shop.yaml:14:17: fact of card refused: a text of prints or lacks is empty"},
		{"no fact", "    facts:\n      answers: {that: 'requests.main.code == 200'}\n", "", `content/shown/shop.yaml:8:5: view "as it is" shows no fact`},
		{"twice the title", "title: another port", "title: as it is", "content/shown/shop.yaml:11:5: a view has a title of its own"},
		{"no view", goodShowing[strings.Index(goodShowing, "views:"):], "views: []\n", "content/shown/shop.yaml:7:1: views is empty"},
		{"bad request", "https://other.${domain}/", "ftp://other.${domain}/", "content/shown/shop.yaml:6:3: url must be"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list, problems := shownIn(t, strings.Replace(goodShowing, c.old, c.text, 1))
			if len(list) > 0 || len(problems) == 0 || !strings.HasPrefix(problems[0].String(), c.want) {
				t.Errorf("%d worlds, problems %v, want %s", len(list), problems, c.want)
			}
		})
	}
}
