package labfile

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/gatedrill/gatedrill/labs"
)

// Library is all that can be learned from: labs, and what they share.
type Library struct {
	Labs []labs.Lab
	Shared
}

// Open reads a library: what labs share, and folders of labs. A lab whose id
// one of an earlier folder has is told of and left out.
func Open(shared Folder, folders ...Folder) (Library, []labs.Problem) {
	var l Library
	var problems []labs.Problem
	l.Shared, problems = LoadShared(shared)
	for _, f := range folders {
		list, bad := Load(f, l.Shared)
		problems = append(problems, bad...)
		for _, lab := range list {
			i := slices.IndexFunc(l.Labs, func(o labs.Lab) bool { return o.ID == lab.ID })
			if i >= 0 {
				problems = append(problems, labs.Problem{Pos: lab.Place("id"), Text: lab.ID,
					Words: fmt.Sprintf("another lab has this id (%s): rename this one's folder and its id", l.Labs[i].Pos.File)})
				continue
			}
			l.Labs = append(l.Labs, lab)
		}
	}
	l.Labs = offered(l.Labs)
	return l, dedup(problems)
}

// Load reads every lab of a folder of labs: one folder each, named by its id.
// It reports every problem of every file; labs without a problem are
// returned, in the order in which they are offered: none before one that it
// presumes, else by difficulty, then id.
func Load(f Folder, shared Shared) ([]labs.Lab, []labs.Problem) {
	fsys := f.open()
	entries, err := fs.ReadDir(fsys, fsys.path())
	if err != nil {
		return nil, []labs.Problem{{Pos: labs.Pos{File: f.Name}, Words: "read the folder of labs: " + err.Error()}}
	}
	list, bad := make([]labs.Lab, len(entries)), make([][]labs.Problem, len(entries))
	var wg sync.WaitGroup // most of the time goes to reading YAML
	for i, e := range entries {
		if !e.IsDir() {
			if path.Ext(e.Name()) != ".md" {
				bad[i] = []labs.Problem{{Pos: labs.Pos{File: fsys.path(e.Name())}, Words: "stray file: a lab is a folder"}}
			}
			continue
		}
		wg.Go(func() {
			list[i], bad[i] = loadLab(fsys, fsys.path(e.Name()), shared)
			if f.Foreign {
				list[i].From = f.Name
				if list[i].Pos.Line > 0 { // else nothing of lab.yaml could be read
					bad[i] = append(bad[i], reach(&list[i])...)
				}
			}
		})
	}
	wg.Wait()
	var good []labs.Lab
	for i, e := range entries {
		if e.IsDir() && len(bad[i]) == 0 {
			good = append(good, list[i])
		}
	}
	problems := slices.Concat(bad...)
	return offered(good), dedup(problems)
}

// offered orders labs as they are offered.
func offered(list []labs.Lab) []labs.Lab {
	slices.SortFunc(list, func(a, b labs.Lab) int {
		if a.Difficulty != b.Difficulty {
			return a.Difficulty - b.Difficulty
		}
		return strings.Compare(a.ID, b.ID)
	})
	out := make([]labs.Lab, 0, len(list))
	for len(list) > 0 {
		waits := func(l labs.Lab) bool {
			return slices.ContainsFunc(l.After, func(id string) bool { return slices.ContainsFunc(list, func(o labs.Lab) bool { return o.ID == id }) })
		}
		i := max(0, slices.IndexFunc(list, func(l labs.Lab) bool { return !waits(l) })) // 0: they presume each other
		out = append(out, list[i])
		list = slices.Delete(list, i, i+1)
	}
	return out
}

// dedup leaves out what is told twice: a scene's problem, of each of its labs.
func dedup(list []labs.Problem) []labs.Problem {
	var out []labs.Problem
	for _, p := range list {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
