package labfile

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/gatedrill/gatedrill/labs"
)

// opSpec is an operation as it is written: one of apply, objects, delete,
// recreate, patch (with merge or json), restart, wait, certificate, pause.
type opSpec struct {
	Apply       string            `yaml:"apply"`
	Objects     []map[string]any  `yaml:"objects"`
	Delete      string            `yaml:"delete"`
	Recreate    string            `yaml:"recreate"`
	Patch       string            `yaml:"patch"`
	Merge       map[string]any    `yaml:"merge"`
	JSON        []any             `yaml:"json"`
	Restart     string            `yaml:"restart"`
	Wait        string            `yaml:"wait"`      // for an object
	Condition   string            `yaml:"condition"` // of it: "Programmed", or "Programmed=False"; that it is gone: "gone"
	Certificate *labs.Certificate `yaml:"certificate"`
	Pause       time.Duration     `yaml:"pause"`
	Pos         labs.Pos          `yaml:"-"`
}

// changeReader reads the YAML files of one folder into a Change.
type changeReader struct {
	fsys     fs.FS
	dir      string
	values   map[string]string          // of parameters, see source
	files    map[string][]labs.Manifest // by file name
	order    []string
	ops      []opSpec
	problems []labs.Problem
}

// readChange reads a folder, or a single file, of manifests and operations.
func readChange(fsys fs.FS, name string, values map[string]string) (labs.Change, []labs.Problem) {
	r := &changeReader{fsys: fsys, dir: name, values: values, files: map[string][]labs.Manifest{}}
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
	s := &source{file: file, values: r.values}
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
	for _, is := range []bool{spec.Apply != "", spec.Objects != nil, spec.Delete != "", spec.Recreate != "", spec.Patch != "", spec.Restart != "", spec.Wait != "",
		spec.Certificate != nil, spec.Pause > 0} {
		if is {
			set++
		}
	}
	switch {
	case set != 1:
		return op, "an operation is exactly one of apply, objects, delete, recreate, patch, restart, wait, certificate, pause"
	case spec.Patch == "" && (spec.Merge != nil || spec.JSON != nil):
		return op, "merge and json belong to patch"
	case (spec.Wait == "") != (spec.Condition == ""):
		return op, "wait and condition belong together"
	case spec.Pause > 20*time.Second:
		return op, "a pause is at most 20s"
	case spec.Apply != "":
		if len(r.files[spec.Apply]) == 0 {
			return op, "apply names a file of this folder that holds objects: there is no " + spec.Apply
		}
		op.Apply = r.files[spec.Apply]
		return op, ""
	case spec.Objects != nil:
		return op, inline(&op, spec)
	}
	return op, onObject(&op, spec)
}

// inline takes objects that are written in the operation itself.
func inline(op *labs.Op, spec opSpec) string {
	for _, o := range spec.Objects {
		meta, _ := o["metadata"].(map[string]any)
		if o["apiVersion"] == nil || o["kind"] == nil || meta["name"] == nil {
			return "objects are whole: apiVersion, kind, metadata with a name"
		}
		text, err := yaml.Marshal(o)
		if err != nil {
			return "objects: " + err.Error()
		}
		op.Apply = append(op.Apply, labs.Manifest{Object: o, Text: string(text), Pos: spec.Pos})
	}
	return ""
}

// onObject fills an operation on an object that is named.
func onObject(op *labs.Op, spec opSpec) string {
	named := spec.Patch + spec.Delete + spec.Recreate + spec.Restart + spec.Wait
	if named == "" {
		return "" // a certificate or a pause
	}
	o, ok := ParseObject(named)
	switch {
	case !ok:
		return wantObject
	case spec.Patch != "":
		op.Patch = &labs.Patch{Object: o, Merge: spec.Merge, JSON: spec.JSON}
		if (spec.Merge == nil) == (spec.JSON == nil) {
			return "a patch has either merge or json"
		}
	case spec.Delete != "":
		op.Delete = &o
	case spec.Recreate != "":
		op.Recreate = &o
	case spec.Restart != "":
		op.Restart = &o
		if !slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet"}, o.Kind) {
			return "restart wants: Deployment namespace/name (or a StatefulSet, a DaemonSet)"
		}
	default:
		condition, status, is := strings.Cut(spec.Condition, "=")
		if !is {
			status = "True"
		}
		op.Wait = &labs.Wait{Object: o, Condition: condition, Status: status}
	}
	return ""
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
