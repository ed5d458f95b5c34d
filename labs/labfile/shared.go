package labfile

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/outside"
)

// The folders of a library beside that of its labs.
const (
	WorldDir  = "world"
	ScenesDir = "scenes"
	FaultsDir = "faults"
)

// Shared is what labs have in common: the world that all of them play in,
// scenes and faults. The zero value is none.
type Shared struct {
	World labs.World
	fsys  *named // of ScenesDir and FaultsDir; nil for none
}

// LoadShared reads a library's world, and its scenes and faults with their
// defaults, so that what is wrong in one that no lab uses is told too.
func LoadShared(f Folder) (Shared, []labs.Problem) {
	fsys := f.open()
	w, problems := loadWorld(fsys)
	sh := Shared{World: w, fsys: &fsys}
	problems = append(problems, sh.strays(ScenesDir, "", "a scene is a folder")...)
	problems = append(problems, sh.strays(FaultsDir, ".yaml", "a fault is a file ID.yaml")...)
	for _, id := range sh.SceneIDs() {
		_, _, bad := sh.scene(labs.Use{Name: id})
		problems = append(problems, bad...)
	}
	for _, id := range sh.FaultIDs() {
		problems = append(problems, sh.fits(id)...)
	}
	return sh, problems
}

// fits reads a fault in every scene that it names.
func (sh Shared) fits(id string) []labs.Problem {
	file := sh.faultFile(id)
	scenes, problems := scenesOf(sh.fsys, file)
	for _, name := range scenes {
		values, bad := sh.values(labs.Use{Name: name, Pos: labs.Pos{File: file}}) // what is wrong in the scene itself is told already
		if len(bad) == 0 {
			_, bad = sh.fault(labs.Use{Name: id}, name, values)
		}
		problems = append(problems, bad...)
	}
	return problems
}

// SceneIDs lists the scenes, sorted.
func (sh Shared) SceneIDs() []string { return sh.names(ScenesDir, "") }

// FaultIDs lists the faults, sorted.
func (sh Shared) FaultIDs() []string { return sh.names(FaultsDir, ".yaml") }

func (sh Shared) names(dir, suffix string) []string {
	if sh.fsys == nil {
		return nil
	}
	entries, err := fs.ReadDir(sh.fsys, sh.fsys.path(dir))
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), suffix); ok && e.IsDir() == (suffix == "") {
			out = append(out, name)
		}
	}
	return out
}

func (sh Shared) faultFile(id string) string { return sh.fsys.path(FaultsDir, id+".yaml") }

// Scene reads a scene as a lab uses it.
func (sh Shared) Scene(u labs.Use) (labs.Scene, []labs.Problem) {
	scene, _, problems := sh.scene(u)
	return scene, problems
}

// values are those of a scene's parameters, as a lab uses it.
func (sh Shared) values(u labs.Use) (map[string]string, []labs.Problem) {
	if !slices.Contains(sh.SceneIDs(), u.Name) {
		return nil, []labs.Problem{{Pos: u.Pos, Words: fmt.Sprintf("there is no scene %q (%s)", u.Name, strings.Join(sh.SceneIDs(), ", "))}}
	}
	s := &source{file: sh.fsys.path(ScenesDir, u.Name, "scene.yaml")}
	defaults, bad := parameters(sh.fsys, s.file)
	if len(bad) > 0 {
		return nil, bad
	}
	values := s.settle(defaults, u.With, nil, u.Pos)
	return values, s.problems
}

// scene returns the values of its parameters too.
func (sh Shared) scene(u labs.Use) (labs.Scene, map[string]string, []labs.Problem) {
	var scene labs.Scene
	values, bad := sh.values(u)
	if len(bad) > 0 {
		return scene, nil, bad
	}
	dir := sh.fsys.path(ScenesDir, u.Name)
	s := &source{file: path.Join(dir, "scene.yaml"), values: values}
	s.readInto(sh.fsys, &scene)
	s.strays(sh.fsys, dir, []string{"scene.yaml"}, []string{"base"})
	if scene.Pos.Line > 0 {
		s.sceneRules(&scene, u.Name)
	}
	scene.Base, bad = readChange(sh.fsys, path.Join(dir, "base"), s.values)
	return scene, s.values, append(s.problems, bad...)
}

func (s *source) sceneRules(scene *labs.Scene, id string) {
	if scene.APIVersion != labs.FormatVersion {
		s.complainKey("apiVersion", "apiVersion must be %s", labs.FormatVersion)
	}
	if scene.ID != id {
		s.complainKey("id", "id must be the folder's name: %s", id)
	}
	for name, r := range scene.Requests {
		r.Name = name
		scene.Requests[name] = r
	}
	for _, c := range scene.Certificates {
		s.certificate(c)
	}
}

// play puts a scene under a lab: what the lab says itself goes first.
func play(lab *labs.Lab, scene labs.Scene) {
	if len(lab.Shapes) == 0 {
		lab.Shapes = scene.Shapes
	}
	if lab.Gateway == "" {
		lab.Gateway = scene.Gateway
	}
	lab.Requires = union(scene.Requires, lab.Requires)
	lab.Tokens = slices.Concat(scene.Tokens, lab.Tokens)
	requests := maps.Clone(scene.Requests)
	if requests == nil {
		requests = map[string]labs.Request{}
	}
	maps.Copy(requests, lab.Requests)
	lab.Requests = requests
	steps := maps.Clone(scene.Steps)
	if steps == nil {
		steps = map[labs.Step]labs.StepPlan{}
	}
	for name, p := range lab.Steps {
		steps[name] = over(steps[name], p)
	}
	lab.Steps = steps
	for _, c := range scene.Certificates {
		same := func(o labs.Certificate) bool { return o.Secret == c.Secret && o.Client == c.Client }
		if !slices.ContainsFunc(lab.Certificates, same) {
			lab.Certificates = append(lab.Certificates, c)
		}
	}
}

// ground puts together what is applied before the fault.
func ground(lab *labs.Lab, scene labs.Scene) {
	servers := slices.Concat(scene.Outside, lab.Outside)
	lab.Certificates = append(lab.Certificates, outside.Certificates(servers)...)
	records := outside.Records(servers)
	for _, server := range servers {
		lab.Internet.Objects = append(lab.Internet.Objects, outside.Manifests(server)...)
	}
	if len(records) > 0 {
		lab.Internet.Objects = append(lab.Internet.Objects, outside.Zone(records))
	}
	all := slices.Clone(lab.Base.Objects)
	for _, m := range scene.Base.Objects {
		same := func(o labs.Manifest) bool { return o.Ref() == m.Ref() }
		if !slices.ContainsFunc(lab.Base.Objects, same) {
			all = append(all, m)
		}
	}
	if len(scene.DNS)+len(lab.DNS) > 0 {
		maps.Copy(records, scene.DNS)
		maps.Copy(records, lab.DNS)
		all = append(all, outside.Zone(records))
	}
	isHome := func(m labs.Manifest) bool { return m.Ref().Kind == "Namespace" }
	for _, m := range all {
		if isHome(m) {
			lab.Homes = append(lab.Homes, m)
		}
	}
	all = slices.DeleteFunc(all, isHome)
	slices.SortStableFunc(all, func(a, b labs.Manifest) int { return rank(a) - rank(b) })
	lab.Base = labs.Change{Objects: all, Ops: slices.Concat(scene.Base.Ops, lab.Base.Ops)}
}

// over is a step as the lab says it, with the scene's words where it says
// nothing.
func over(scene, lab labs.StepPlan) labs.StepPlan {
	out := lab
	out.Places = maps.Clone(scene.Places)
	if out.Places == nil {
		out.Places = map[string][]labs.Pos{}
	}
	maps.Copy(out.Places, lab.Places)
	if out.At == "" {
		out.At = scene.At
	}
	if len(out.Look) == 0 {
		out.Look = scene.Look
	}
	switch f := scene.Finding; {
	case out.Finding == nil:
		out.Finding = f
	case f != nil && out.Finding.Ask == "" && out.Finding.Truth.Text == "": // the scene's question, with an answer
		asked := *f
		asked.Is, asked.Pos = out.Finding.Is, out.Finding.Pos
		out.Finding = &asked
	}
	if len(out.Hints) == 0 {
		out.Hints = scene.Hints
	}
	if out.Wrong == "" {
		out.Wrong = scene.Wrong
	}
	if len(out.Cards) == 0 {
		out.Cards = scene.Cards
	}
	return out
}

func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}
