package labfile

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/gatedrill/gatedrill/labs"
)

// opSpec is an operation as it is written: one of apply, delete, patch (with
// merge or json), restart, certificate, pause.
type opSpec struct {
	Apply       string            `yaml:"apply"`
	Delete      string            `yaml:"delete"`
	Patch       string            `yaml:"patch"`
	Merge       map[string]any    `yaml:"merge"`
	JSON        []any             `yaml:"json"`
	Restart     string            `yaml:"restart"`
	Certificate *labs.Certificate `yaml:"certificate"`
	Pause       time.Duration     `yaml:"pause"`
	Pos         labs.Pos          `yaml:"-"`
}

// changeReader reads the YAML files of one folder into a Change.
type changeReader struct {
	fsys     fs.FS
	dir      string
	files    map[string][]labs.Manifest // by file name
	order    []string
	ops      []opSpec
	problems []labs.Problem
}

// readChange reads a folder, or a single file, of manifests and operations.
func readChange(fsys fs.FS, name string) (labs.Change, []labs.Problem) {
	r := &changeReader{fsys: fsys, dir: name, files: map[string][]labs.Manifest{}}
	if info, err := fs.Stat(fsys, name); err == nil && !info.IsDir() {
		r.dir = path.Dir(name)
		r.read(path.Base(name))
		return r.change()
	}
	entries, err := fs.ReadDir(fsys, name)
	if err != nil {
		return labs.Change{}, []labs.Problem{{Pos: labs.Pos{File: name}, Words: "no such file or folder"}}
	}
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".yaml" {
			r.problems = append(r.problems, labs.Problem{Pos: labs.Pos{File: path.Join(name, e.Name())}, Words: "stray file: only *.yaml belongs here"})
			continue
		}
		r.read(e.Name())
	}
	return r.change()
}

func (r *changeReader) read(name string) {
	file := path.Join(r.dir, name)
	text, err := fs.ReadFile(r.fsys, file)
	if err != nil {
		r.problems = append(r.problems, labs.Problem{Pos: labs.Pos{File: file}, Words: err.Error()})
		return
	}
	r.order = append(r.order, name)
	s := &source{file: file}
	docs := s.parse(text)
	for i, d := range docs {
		if d.Body == nil {
			continue
		}
		if seq, ok := d.Body.(*ast.SequenceNode); ok {
			for _, n := range seq.Values {
				var op opSpec
				s.decode(n, &op)
				r.ops = append(r.ops, op)
			}
			continue
		}
		end := len(s.lines)
		if i+1 < len(docs) && docs[i+1].Start != nil {
			end = docs[i+1].Start.Position.Line - 1
		}
		if m, ok := s.manifest(d.Body, end); ok {
			r.files[name] = append(r.files[name], m)
		}
	}
	r.problems = append(r.problems, s.problems...)
}

// manifest converts a document that ends before line end.
func (s *source) manifest(n ast.Node, end int) (labs.Manifest, bool) {
	if !isMapping(n) {
		s.want("a Kubernetes object, or a list of operations", n)
		return labs.Manifest{}, false
	}
	p := s.at(n)
	obj, ok := s.tree(n).(map[string]any)
	if !ok {
		return labs.Manifest{}, false
	}
	good := true
	for _, k := range []string{"apiVersion", "kind"} {
		if v, _ := obj[k].(string); v == "" {
			s.complain(p, "the object has no %s", k)
			good = false
		}
	}
	meta, _ := obj["metadata"].(map[string]any)
	if name, _ := meta["name"].(string); name == "" {
		s.complain(p, "the object has no metadata.name")
		good = false
	}
	text := strings.TrimRight(strings.Join(s.lines[min(p.Line-1, end):end], "\n"), "\n ") + "\n"
	return labs.Manifest{Object: obj, Text: text, Pos: p}, good
}

// change puts what was read together: a file that an operation applies by
// name is not applied first.
func (r *changeReader) change() (labs.Change, []labs.Problem) {
	var c labs.Change
	later := map[string]bool{}
	for _, spec := range r.ops {
		op, words := r.op(spec)
		if words != "" {
			r.problems = append(r.problems, labs.Problem{Pos: spec.Pos, Words: words})
			continue
		}
		later[spec.Apply] = true
		c.Ops = append(c.Ops, op)
	}
	for _, name := range r.order {
		if !later[name] {
			c.Objects = append(c.Objects, r.files[name]...)
		}
	}
	slices.SortStableFunc(c.Objects, func(a, b labs.Manifest) int { return rank(a) - rank(b) })
	return c, r.problems
}

// op converts one operation; words say what is wrong with it.
func (r *changeReader) op(spec opSpec) (labs.Op, string) {
	op := labs.Op{Certificate: spec.Certificate, Pause: spec.Pause, Pos: spec.Pos}
	set := 0
	for _, is := range []bool{spec.Apply != "", spec.Delete != "", spec.Patch != "", spec.Restart != "", spec.Certificate != nil, spec.Pause > 0} {
		if is {
			set++
		}
	}
	if set != 1 {
		return op, "an operation is exactly one of apply, delete, patch, restart, certificate, pause"
	}
	if spec.Patch == "" && (spec.Merge != nil || spec.JSON != nil) {
		return op, "merge and json belong to patch"
	}
	switch {
	case spec.Apply != "":
		if len(r.files[spec.Apply]) == 0 {
			return op, "apply names a file of this folder that holds objects: there is no " + spec.Apply
		}
		op.Apply = r.files[spec.Apply]
	case spec.Patch != "":
		if (spec.Merge == nil) == (spec.JSON == nil) {
			return op, "a patch has either merge or json"
		}
		o, ok := ParseObject(spec.Patch)
		op.Patch = &labs.Patch{Object: o, Merge: spec.Merge, JSON: spec.JSON}
		if !ok {
			return op, wantObject
		}
	case spec.Delete != "":
		o, ok := ParseObject(spec.Delete)
		op.Delete = &o
		if !ok {
			return op, wantObject
		}
	case spec.Restart != "":
		o, ok := ParseObject(spec.Restart)
		op.Restart = &o
		if !ok || o.Kind != "Deployment" {
			return op, "restart wants: Deployment namespace/name"
		}
	case spec.Pause > 20*time.Second:
		return op, "a pause is at most 20s"
	}
	return op, ""
}

const wantObject = "want an object as: Kind namespace/name (Kind.group where two groups have the kind)"

// ParseObject reads "Kind namespace/name", or "Kind name" for a cluster-wide
// object. The kind may carry its group: "Gateway.networking.istio.io a/b".
func ParseObject(text string) (labs.Object, bool) {
	f := strings.Fields(text)
	if len(f) != 2 {
		return labs.Object{}, false
	}
	ns, name, found := strings.Cut(f[1], "/")
	if !found {
		ns, name = "", ns
	}
	kind, group, _ := strings.Cut(f[0], ".")
	return labs.Object{Group: group, Kind: kind, Namespace: ns, Name: name}, name != "" && !(found && ns == "")
}

// rank orders kinds so that what others need comes first.
func rank(m labs.Manifest) int {
	kind, _ := m.Object["kind"].(string)
	order := []string{"Namespace", "CustomResourceDefinition", "ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding",
		"Secret", "ConfigMap", "Service", "Deployment"}
	if i := slices.Index(order, kind); i >= 0 {
		return i
	}
	return len(order)
}
