// Package labfile reads labs from their folders: YAML, strictly decoded and
// checked, with every problem of every file by file, line and column. What a
// lab is, package labs says; its expressions are compiled by package check.
package labfile

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// WorldDir is the folder beside the labs that holds what they share.
const WorldDir = "world"

// Load reads every lab of a folder of labs: one folder each, named by its id.
// It reports every problem of every file; labs without a problem are
// returned, ordered by difficulty, then id.
func Load(fsys fs.FS) ([]labs.Lab, []labs.Problem) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, []labs.Problem{{Pos: labs.Pos{File: "."}, Words: err.Error()}}
	}
	var good []labs.Lab
	var problems []labs.Problem
	for _, e := range entries {
		if !e.IsDir() {
			if path.Ext(e.Name()) != ".md" {
				problems = append(problems, labs.Problem{Pos: labs.Pos{File: e.Name()}, Words: "stray file: a lab is a folder"})
			}
			continue
		}
		if e.Name() == WorldDir {
			continue
		}
		lab, bad := loadLab(fsys, e.Name())
		problems = append(problems, bad...)
		if len(bad) == 0 {
			good = append(good, lab)
		}
	}
	slices.SortFunc(good, func(a, b labs.Lab) int {
		if a.Difficulty != b.Difficulty {
			return a.Difficulty - b.Difficulty
		}
		return strings.Compare(a.ID, b.ID)
	})
	return good, problems
}

// LoadWorld reads the folder WorldDir: world.yaml and base/. Without the
// folder the world is empty.
func LoadWorld(fsys fs.FS) (labs.World, []labs.Problem) {
	var w labs.World
	if _, err := fs.Stat(fsys, WorldDir); err != nil {
		return w, nil
	}
	s := &source{file: path.Join(WorldDir, "world.yaml")}
	s.readInto(fsys, &w)
	if len(s.problems) == 0 && w.APIVersion != labs.FormatVersion {
		s.complainKey("apiVersion", "apiVersion must be %s", labs.FormatVersion)
	}
	for _, c := range w.Certificates {
		s.certificate(c)
	}
	s.strays(fsys, WorldDir, []string{"world.yaml"}, []string{"base"})
	change, bad := readChange(fsys, path.Join(WorldDir, "base"))
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
func loadLab(fsys fs.FS, dir string) (labs.Lab, []labs.Problem) {
	var lab labs.Lab
	s := &source{file: path.Join(dir, "lab.yaml")}
	s.readInto(fsys, &lab)
	decoded := lab.Pos.Line > 0
	for name, r := range lab.Requests {
		r.Name = name
		lab.Requests[name] = r
	}
	s.strays(fsys, dir, []string{"lab.yaml", "debrief.md"}, []string{"base", "fault", "solution", "shortcuts"})
	for _, part := range []struct {
		name   string
		into   *labs.Change
		needed bool
	}{{"base", &lab.Base, false}, {"fault", &lab.Fault, true}, {"solution", &lab.Solution, true}} {
		sub := path.Join(dir, part.name)
		if _, err := fs.Stat(fsys, sub); err != nil && !part.needed {
			continue
		}
		var bad []labs.Problem
		*part.into, bad = readChange(fsys, sub)
		s.problems = append(s.problems, bad...)
		if len(bad) == 0 && part.needed && part.into.Empty() {
			s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: sub}, Words: "the folder changes nothing"})
		}
	}
	if decoded {
		s.shortcuts(fsys, dir, lab.Shortcuts)
	}
	text, err := fs.ReadFile(fsys, path.Join(dir, "debrief.md"))
	if lab.Debrief = string(text); err != nil || strings.TrimSpace(lab.Debrief) == "" {
		s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: path.Join(dir, "debrief.md")}, Words: "missing or empty file"})
	}
	if decoded {
		s.validate(&lab, dir)
	}
	return lab, s.problems
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
		sc.Change, bad = readChange(fsys, path.Join(dir, sc.Apply))
		s.problems = append(s.problems, bad...)
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
