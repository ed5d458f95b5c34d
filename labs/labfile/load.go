// Package labfile reads labs from their folders: YAML, strictly decoded and
// checked, with every problem of every file by file, line and column. What a
// lab is, package labs says; its expressions are compiled by package check.
package labfile

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// loadWorld reads the folder WorldDir: world.yaml and base/. Without the
// folder the world is empty.
func loadWorld(fsys named) (labs.World, []labs.Problem) {
	var w labs.World
	dir := fsys.path(WorldDir)
	if _, err := fs.Stat(fsys, dir); err != nil {
		return w, nil
	}
	s := &source{file: path.Join(dir, "world.yaml")}
	s.readInto(fsys, &w)
	if len(s.problems) == 0 && w.APIVersion != labs.FormatVersion {
		s.complainKey("apiVersion", "apiVersion must be %s", labs.FormatVersion)
	}
	for _, c := range w.Certificates {
		s.certificate(c)
	}
	s.strays(fsys, dir, []string{"world.yaml"}, []string{"base"})
	change, bad := readChange(fsys, path.Join(dir, "base"), nil)
	w.Change = change
	return w, append(s.problems, bad...)
}

// readInto decodes a file that holds one document.
func (s *source) readInto(fsys fs.FS, dst any) {
	text, err := fs.ReadFile(fsys, s.file)
	if err != nil {
		s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: s.file}, Words: "missing file"})
		return
	}
	docs := s.parse(text)
	if len(s.problems) > 0 {
		return
	}
	if len(docs) != 1 || docs[0].Body == nil {
		s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: s.file}, Words: "want exactly one YAML document"})
		return
	}
	s.keys = map[string]labs.Pos{}
	for _, p := range pairsOf(docs[0].Body) {
		s.keys[keyOf(p)] = s.pos(p.Key.GetToken())
		for _, inner := range pairsOf(p.Value) {
			s.keys[keyOf(p)+"."+keyOf(inner)] = s.pos(inner.Key.GetToken())
		}
	}
	s.decode(docs[0].Body, dst)
}

// loadLab reads one lab's folder.
func loadLab(fsys fs.FS, dir string, shared Shared) (labs.Lab, []labs.Problem) {
	var lab labs.Lab
	s := &source{file: path.Join(dir, "lab.yaml")}
	s.readInto(fsys, &lab)
	lab.Places = s.keys
	decoded := lab.Pos.Line > 0
	for name, r := range lab.Requests {
		r.Name = name
		lab.Requests[name] = r
	}
	s.strays(fsys, dir, []string{"lab.yaml", "debrief.md"}, append([]string{"base", "fault", "shortcuts"}, solutionsOf(fsys, dir)...))
	s.parts(fsys, dir, &lab)
	if decoded {
		s.shortcuts(fsys, dir, lab.Shortcuts)
		decoded = s.share(fsys, &lab, shared)
	}
	text, err := fs.ReadFile(fsys, path.Join(dir, "debrief.md"))
	if lab.Debrief = string(text); err != nil || strings.TrimSpace(lab.Debrief) == "" {
		s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: path.Join(dir, "debrief.md")}, Words: "missing or empty file"})
	}
	if decoded {
		s.validate(&lab, path.Base(dir))
	}
	return lab, s.problems
}

// solutionsOf lists a lab's folders solution, solution-2 and so on.
func solutionsOf(fsys fs.FS, dir string) []string {
	var out []string
	for n := 1; ; n++ {
		name := "solution"
		if n > 1 {
			name = fmt.Sprintf("solution-%d", n)
		}
		if _, err := fs.Stat(fsys, path.Join(dir, name)); err != nil {
			if n > 1 {
				return out
			}
			continue
		}
		out = append(out, name)
	}
}

// parts reads the folders of changes that a lab has of its own.
func (s *source) parts(fsys fs.FS, dir string, lab *labs.Lab) {
	read := func(name string) labs.Change {
		sub := path.Join(dir, name)
		if _, err := fs.Stat(fsys, sub); err != nil {
			return labs.Change{}
		}
		c, bad := readChange(fsys, sub, nil)
		if s.problems = append(s.problems, bad...); len(bad) == 0 && c.Empty() {
			s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: sub}, Words: "the folder changes nothing"})
		}
		return c
	}
	lab.Base, lab.Fault = read("base"), read("fault")
	for _, name := range solutionsOf(fsys, dir) {
		lab.Solutions = append(lab.Solutions, read(name))
	}
}

// share puts in what the lab takes from the library. What takes the library's
// fault back is the first solution, unless the lab has one of its own. It
// returns whether that is whole enough to be judged.
func (s *source) share(fsys fs.FS, lab *labs.Lab, shared Shared) bool {
	own := !lab.Fault.Empty()
	var values map[string]string
	var scene labs.Scene
	if lab.Scene.Name != "" {
		var bad []labs.Problem
		scene, values, bad = shared.scene(lab.Scene)
		if s.problems = append(s.problems, bad...); len(bad) > 0 {
			return false
		}
		play(lab, scene)
	}
	ground(lab, scene)
	switch {
	case lab.FaultOf.Name != "" && own:
		s.complainKey("fault", "a lab has either a fault of the library or a folder fault/")
	case lab.FaultOf.Name != "":
		undo, ok := s.breakBy(lab, shared, values)
		if !ok {
			return false
		}
		if _, err := fs.Stat(fsys, path.Join(path.Dir(s.file), "solution")); err != nil {
			lab.Solutions = slices.Insert(lab.Solutions, 0, undo)
		}
	case !own && lab.Healthy == "":
		s.complainKey("fault", "a lab has a fault of the library, a folder fault/ of its own, or, where nothing is broken: healthy")
	}
	if len(lab.Solutions) == 0 && lab.Healthy == "" {
		s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: path.Join(path.Dir(s.file), "solution")}, Words: "missing folder: a fault of the lab's own needs a solution"})
	}
	return true
}

// strays reports what is in a folder and is none of the files and folders
// that belong there.
func (s *source) strays(fsys fs.FS, dir string, files, folders []string) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: dir}, Words: err.Error()})
		return
	}
	for _, e := range entries {
		known := files
		if e.IsDir() {
			known = folders
		}
		if !slices.Contains(known, e.Name()) {
			s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: path.Join(dir, e.Name())}, Words: "stray file: only " +
				strings.Join(files, ", ") + ", " + strings.Join(folders, "/, ") + "/ belong here"})
		}
	}
}

// shortcuts reads what each shortcut applies, and reports what none does.
func (s *source) shortcuts(fsys fs.FS, dir string, list []labs.Shortcut) {
	used := map[string]bool{}
	for i := range list {
		sc := &list[i]
		if !strings.HasPrefix(sc.Apply, "shortcuts/") || !fs.ValidPath(sc.Apply) {
			s.complain(sc.Pos, "apply names a file or folder below shortcuts/")
			continue
		}
		used[path.Base(sc.Apply)] = true
		var bad []labs.Problem
		sc.Change, bad = readChange(fsys, path.Join(dir, sc.Apply), nil)
		s.problems = append(s.problems, bad...)
		if len(bad) == 0 && sc.Change.Empty() {
			s.complain(sc.Pos, "%s changes nothing", sc.Apply)
		}
	}
	entries, err := fs.ReadDir(fsys, path.Join(dir, "shortcuts"))
	if err != nil {
		return // no folder: reported above where a shortcut names it
	}
	for _, e := range entries {
		if !used[e.Name()] {
			s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: path.Join(dir, "shortcuts", e.Name())}, Words: "stray file: no shortcut applies it"})
		}
	}
}

// strays reports what is among the scenes or the faults and is none.
func (sh Shared) strays(dir, suffix, words string) []labs.Problem {
	entries, err := fs.ReadDir(sh.fsys, sh.fsys.path(dir))
	if err != nil {
		return nil // a library without them
	}
	known, out := sh.names(dir, suffix), []labs.Problem(nil)
	for _, e := range entries {
		if !slices.Contains(known, strings.TrimSuffix(e.Name(), suffix)) {
			out = append(out, labs.Problem{Pos: labs.Pos{File: sh.fsys.path(dir, e.Name())}, Words: "stray file: " + words})
		}
	}
	return out
}
