package labfile

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// ShownDir is the folder of a library that holds what shows the facts of its
// cards: one world a file.
const ShownDir = "shown"

// LoadShown reads the worlds in which facts of cards are shown, sorted by id.
// Those without a problem are returned.
func LoadShown(f Folder, shared Shared) ([]labs.Showing, []labs.Problem) {
	fsys := f.open()
	entries, err := fs.ReadDir(fsys, fsys.path(ShownDir))
	if err != nil {
		return nil, []labs.Problem{{Pos: labs.Pos{File: fsys.path(ShownDir)}, Words: "read the folder of shown facts: " + err.Error()}}
	}
	var out []labs.Showing
	var problems []labs.Problem
	for _, e := range entries {
		file := fsys.path(ShownDir, e.Name())
		if e.IsDir() || path.Ext(e.Name()) != ".yaml" {
			problems = append(problems, labs.Problem{Pos: labs.Pos{File: file}, Words: "stray file: a world that shows facts is a file ID.yaml"})
			continue
		}
		w, bad := loadShowing(fsys, file, shared)
		if problems = append(problems, bad...); len(bad) == 0 {
			out = append(out, w)
		}
	}
	return out, dedup(problems)
}

// loadShowing reads one file. Its texts hold the scene's ${name}.
func loadShowing(fsys fs.FS, file string, shared Shared) (labs.Showing, []labs.Problem) {
	var w labs.Showing
	var in struct {
		Scene labs.Use `yaml:"scene"`
	}
	if bad := readBlock(fsys, file, "scene:", &in); len(bad) > 0 {
		return w, bad
	}
	if in.Scene.Name == "" {
		return w, []labs.Problem{{Pos: labs.Pos{File: file}, Words: "scene names no scene"}}
	}
	scene, values, bad := shared.scene(in.Scene)
	if len(bad) > 0 {
		return w, bad
	}
	s := &source{file: file, fsys: fsys, values: values}
	if s.readInto(fsys, &w); w.Pos.Line == 0 || len(s.problems) > 0 {
		return w, s.problems
	}
	s.showing(&w, strings.TrimSuffix(path.Base(file), ".yaml"))
	for i := range w.Views {
		s.view(&w.Views[i], &scene, shared)
	}
	s.stage(&w, scene)
	return w, s.problems
}

// showing checks what the file says of itself.
func (s *source) showing(w *labs.Showing, id string) {
	need := func(key string, ok bool, format string, a ...any) {
		if !ok {
			s.complainKey(key, format, a...)
		}
	}
	need("apiVersion", w.APIVersion == labs.FormatVersion, "apiVersion must be %s", labs.FormatVersion)
	need("id", w.ID == id, "id must be the file's name: %s", id)
	need("title", w.Title != "", "title is missing")
	need("views", len(w.Views) > 0, "views is empty: say what is to be seen")
	titles := map[string]bool{}
	for _, v := range w.Views {
		if v.Title == "" || titles[v.Title] {
			s.complain(v.Pos, "a view has a title of its own")
		}
		titles[v.Title] = true
	}
}

// view checks a view, and puts in what is done for it. What a fault of the
// library requires, the scene requires then.
func (s *source) view(v *labs.Sight, scene *labs.Scene, shared Shared) {
	if len(v.Facts) == 0 {
		s.complain(v.Pos, "view %q shows no fact", v.Title)
	}
	for _, card := range sortedKeys(v.Facts) {
		f := v.Facts[card]
		switch {
		case f.That.Text == "" && f.Run == "":
			s.complain(f.Pos, "fact of card %s: say that (an expression, docs/questions.md) or run (a command)", card)
		case f.Run == "" && len(f.Prints)+len(f.Lacks) > 0:
			s.complain(f.Pos, "fact of card %s: prints and lacks are about the output of run", card)
		case f.Run != "" && len(f.Prints) == 0: // an empty output lacks everything
			s.complain(f.Pos, "fact of card %s: prints says what the output of run holds", card)
		case slices.Contains(slices.Concat(f.Prints, f.Lacks), ""):
			s.complain(f.Pos, "fact of card %s: a text of prints or lacks is empty", card)
		}
	}
	switch {
	case v.Fault.Name != "" && len(v.Change) > 0:
		s.complain(v.Pos, "a view has either a fault of the library or a change of its own")
	case v.Fault.Name != "":
		f, bad := shared.fault(v.Fault, scene.ID, s.values)
		s.problems = append(s.problems, bad...)
		v.Does = labs.Change{Ops: f.Change}
		scene.Requires = union(scene.Requires, f.Requires)
	default:
		v.Does = labs.Change{Ops: v.Change}
	}
	for _, op := range v.Does.Ops {
		if op.Certificate != nil {
			s.certificate(*op.Certificate)
		}
	}
}

// stage makes a lab of the world: the scene, and each expression a goal.
func (s *source) stage(w *labs.Showing, scene labs.Scene) {
	lab := &w.Lab
	lab.ID, lab.Title, lab.Pos, lab.Places = "shown-"+w.ID, w.Title, w.Pos, s.keys
	lab.Requests, lab.Certificates, lab.Tokens, lab.Outside, lab.DNS = w.Requests, w.Certificates, w.Tokens, w.Outside, w.DNS
	play(lab, scene)
	lab.Steps = nil // nobody is asked anything
	ground(lab, scene)
	for name, r := range lab.Requests {
		r.Name = name
		lab.Requests[name] = r
	}
	s.requests(lab)
	for _, c := range lab.Certificates {
		s.certificate(c)
	}
	for _, v := range w.Views {
		for _, card := range sortedKeys(v.Facts) {
			if f := v.Facts[card]; f.That.Text != "" {
				lab.Goals = append(lab.Goals, labs.Check{Title: v.Goal(card), That: f.That, Pos: f.Pos})
			}
		}
	}
	slices.SortFunc(w.Lab.Goals, func(a, b labs.Check) int { return strings.Compare(a.Title, b.Title) })
}
