package labfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Fault reads a fault of the library as it is in a scene: the values of both
// are put into its places.
func (sh Shared) Fault(u, in labs.Use) (labs.Fault, []labs.Problem) {
	_, values, problems := sh.scene(in)
	f, bad := sh.fault(u, in.Name, values)
	return f, append(problems, bad...)
}

// fault reads a fault, given the values of a scene's parameters.
func (sh Shared) fault(u labs.Use, scene string, values map[string]string) (labs.Fault, []labs.Problem) {
	var f labs.Fault
	if !slices.Contains(sh.FaultIDs(), u.Name) {
		return f, []labs.Problem{{Pos: u.Pos, Words: fmt.Sprintf("there is no fault %q (%s)", u.Name, strings.Join(sh.FaultIDs(), ", "))}}
	}
	s := &source{file: sh.faultFile(u.Name), fsys: sh.fsys}
	defaults, bad := parameters(sh.fsys, s.file)
	if len(bad) > 0 {
		return f, bad
	}
	scenes, bad := scenesOf(sh.fsys, s.file)
	if len(bad) > 0 {
		return f, bad
	}
	if !slices.Contains(scenes, scene) { // else its texts have places that nothing fills
		return f, []labs.Problem{{Pos: u.Pos, Words: fmt.Sprintf("fault %s fits the scenes %s, not %q", u.Name, strings.Join(scenes, ", "), scene)}}
	}
	if s.values = s.settle(defaults, u.With, values, u.Pos); len(s.problems) > 0 {
		return f, s.problems
	}
	s.readInto(sh.fsys, &f)
	if f.Pos.Line > 0 {
		s.faultRules(&f, u.Name)
	}
	return f, s.problems
}

func (s *source) faultRules(f *labs.Fault, id string) {
	need := func(key string, ok bool, format string, a ...any) {
		if !ok {
			s.complainKey(key, format, a...)
		}
	}
	need("apiVersion", f.APIVersion == labs.FormatVersion, "apiVersion must be %s", labs.FormatVersion)
	need("id", f.ID == id, "id must be the file's name: %s", id)
	need("title", f.Title != "", "title is missing")
	need("catalogue", f.Catalogue != "", "catalogue is missing")
	need("family", slices.Contains(labs.Families(), f.Family), "family: %q is none of %s", f.Family, joined(labs.Families()))
	need("layer", slices.Contains(labs.Layers(), f.Layer), "layer: %q is none of %s", f.Layer, joined(labs.Layers()))
	need("at", f.At == "" || labs.IsHopName(f.At), "at names a hop (%s), got %q", joined(labs.Roles()), f.At)
	_, ok := ParseObject(f.Blames)
	need("blames", ok, "blames: %s", wantObject)
	for _, u := range f.UnseenBy {
		need("unseen_by", u == "analyze", "unseen_by: %q cannot be proved; only analyze can", u)
	}
	need("change", len(f.Change) > 0, "change has no operation")
	need("undo", len(f.Undo) > 0, "undo has no operation: say what takes the change back")
	for _, op := range slices.Concat(f.Change, f.Undo) {
		if op.Certificate != nil {
			s.certificate(*op.Certificate)
		}
	}
}

// breakBy makes a lab's fault one of the library, or two of them. What the lab
// says of it itself goes first. It returns what takes all of it back.
func (s *source) breakBy(lab *labs.Lab, shared Shared, values map[string]string) (undo labs.Change, ok bool) {
	f, bad := shared.fault(lab.FaultOf, lab.Scene.Name, values)
	if s.problems = append(s.problems, bad...); len(bad) > 0 {
		return undo, false
	}
	lab.Fault, undo = labs.Change{Ops: f.Change}, labs.Change{Ops: f.Undo}
	if lab.Catalogue == "" {
		lab.Catalogue = f.Catalogue
	}
	if len(lab.Breaks) == 0 {
		lab.Breaks = []labs.Step{labs.StepOf(f.Layer)}
	}
	unseen := f.UnseenBy
	lab.Requires = union(lab.Requires, f.Requires)
	if lab.Behind.Name != "" {
		second, bad := shared.fault(lab.Behind, lab.Scene.Name, values)
		if s.problems = append(s.problems, bad...); len(bad) > 0 {
			return undo, false
		}
		lab.Halves = []labs.Half{
			{Mended: f.ID, Change: undo, Breaks: []labs.Step{labs.StepOf(second.Layer)}},
			{Mended: second.ID, Change: labs.Change{Ops: second.Undo}, Breaks: lab.Breaks},
		}
		lab.Fault.Ops = slices.Concat(f.Change, second.Change)
		undo = labs.Change{Ops: slices.Concat(f.Undo, second.Undo)}
		unseen = slices.DeleteFunc(slices.Clone(unseen), func(u string) bool { return !slices.Contains(second.UnseenBy, u) })
		lab.Requires = union(lab.Requires, second.Requires)
	}
	if len(lab.UnseenBy) == 0 {
		lab.UnseenBy = unseen
	}
	return undo, true
}
