// Package syllabus says what an engineer of gateways has to have met, and
// which labs show it. Its rows name faults by their ids in the catalogue, so
// that a lab finds its rows by what it breaks.
package syllabus

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

// File is where a library keeps its syllabus.
const File = "syllabus.yaml"

// Syllabus is a list of rows.
type Syllabus struct {
	APIVersion string   `yaml:"apiVersion"`
	Rows       []Row    `yaml:"rows"`
	Pos        labs.Pos `yaml:"-"`
}

// Row is one line of the syllabus.
type Row struct {
	Title string   `yaml:"title"`
	Wants []Want   `yaml:"wants"`
	Pos   labs.Pos `yaml:"-"`
}

// Want is what a row asks for: labs with one of some ids, or of a kind that no
// id says, and of a shape or in a scene where it says so.
type Want struct {
	Title     string   `yaml:"title"` // the ids when empty
	Catalogue []string `yaml:"catalogue"`
	Shape     string   `yaml:"shape"`
	Scene     string   `yaml:"scene"`
	Behind    bool     `yaml:"behind"`  // instead of ids: with a second fault behind the first
	Healthy   bool     `yaml:"healthy"` // instead of ids: where nothing is broken
	Labs      int      `yaml:"labs"`    // at least so many, 1 when 0
	Pos       labs.Pos `yaml:"-"`
}

// Load reads a library's syllabus.
func Load(fsys fs.FS) (Syllabus, []labs.Problem) {
	var s Syllabus
	problems := labfile.DecodeFile(fsys, File, &s)
	if len(problems) > 0 {
		return s, problems
	}
	complain := func(p labs.Pos, words string) { problems = append(problems, labs.Problem{Pos: p, Words: words}) }
	if s.APIVersion != labs.FormatVersion {
		complain(s.Pos, "apiVersion must be "+labs.FormatVersion)
	}
	for _, r := range s.Rows {
		if r.Title == "" || len(r.Wants) == 0 {
			complain(r.Pos, "a row has a title, and wants at least one lab")
		}
		for _, w := range r.Wants {
			if (len(w.Catalogue) == 0) != (w.Behind || w.Healthy) {
				complain(w.Pos, "a want names the faults that will do, by catalogue, unless it is behind or healthy")
			}
		}
	}
	return s, problems
}

// Words name what is wanted.
func (w Want) Words() string {
	switch {
	case w.Title != "":
		return w.Title
	case w.Behind:
		return "one fault behind another"
	case w.Healthy:
		return "a healthy mesh"
	}
	return strings.Join(w.Catalogue, " or ")
}

// Of are the labs that are wanted, of a list.
func (w Want) Of(list []labs.Lab) []labs.Lab {
	var out []labs.Lab
	for _, l := range list {
		is := slices.Contains(w.Catalogue, l.Catalogue) || w.Behind && l.Behind.Name != "" || w.Healthy && l.Healthy != ""
		if is && (w.Shape == "" || slices.Contains(l.Shapes, w.Shape)) && (w.Scene == "" || w.Scene == l.Scene.Name) {
			out = append(out, l)
		}
	}
	return out
}

// Lacking is how many labs are wanting, of a list.
func (w Want) Lacking(list []labs.Lab) int { return max(0, max(1, w.Labs)-len(w.Of(list))) }

// Beside are the labs that stand in no row.
func (s Syllabus) Beside(list []labs.Lab) []labs.Lab {
	in := map[string]bool{}
	for _, r := range s.Rows {
		for _, w := range r.Wants {
			for _, l := range w.Of(list) {
				in[l.ID] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(l labs.Lab) bool { return in[l.ID] })
}
