package accuracy

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

// The files of a case. Others that are there must be named by case.yaml.
const (
	caseFile     = "case.yaml"
	objectsFile  = "objects.yaml"
	snapshotFile = "snapshot.json.gz"
	analyzeFile  = "analyze.json"
)

// Load reads all cases of a folder, ordered by id, and every problem in them.
func Load(fsys fs.FS) ([]Case, []labs.Problem) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, []labs.Problem{{Pos: labs.Pos{File: "."}, Words: err.Error()}}
	}
	var cases []Case
	var problems []labs.Problem
	for _, e := range entries {
		if !e.IsDir() {
			problems = append(problems, labs.Problem{Pos: labs.Pos{File: e.Name()}, Words: "stray file: a case is a folder"})
			continue
		}
		c, bad := loadCase(fsys, e.Name())
		problems = append(problems, bad...)
		if len(bad) == 0 {
			cases = append(cases, c)
		}
	}
	return cases, problems
}

func loadCase(fsys fs.FS, id string) (Case, []labs.Problem) {
	c := Case{ID: id}
	file := path.Join(id, caseFile)
	problems := labfile.DecodeFile(fsys, file, &c)
	if c.Pos.Line == 0 {
		return c, problems
	}
	c.Request.Name = labs.MainRequest
	var bad []labs.Problem
	c.Objects, bad = labfile.ReadChange(fsys, path.Join(id, objectsFile))
	problems = append(problems, bad...)
	for _, op := range c.Objects.Ops {
		problems = append(problems, labs.Problem{Pos: op.Pos, Words: "operations belong into case.yaml, under patch"})
	}
	if c.Heal != "" {
		c.Healing, bad = labfile.ReadChange(fsys, path.Join(id, c.Heal))
		problems = append(problems, bad...)
	}
	v := &validator{fsys: fsys, c: &c}
	v.check()
	return c, append(problems, v.problems...)
}

// validator checks what decoding cannot.
type validator struct {
	fsys     fs.FS
	c        *Case
	problems []labs.Problem
}

func (v *validator) need(ok bool, pos labs.Pos, format string, a ...any) {
	if !ok {
		v.problems = append(v.problems, labs.Problem{Pos: pos, Words: fmt.Sprintf(format, a...)})
	}
}

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (v *validator) check() {
	c, at := v.c, v.c.Pos
	v.need(idForm.MatchString(c.ID), at, "the folder's name must be lower-case words joined by dashes")
	for key, text := range map[string]string{"title": c.Title, "source": c.Source, "reason": c.Reason, "symptom": c.Symptom} {
		v.need(strings.TrimSpace(text) != "", at, "%s is missing", key)
	}
	u, err := url.Parse(c.Request.URL)
	v.need(err == nil && u.Hostname() != "", at, "request.url is missing, or no URL")
	v.need(c.Request.Gateway == "" || strings.Count(c.Request.Gateway, "/") == 1, at, "request.gateway: want namespace/service")
	v.expect()
	for _, need := range c.Needs {
		v.need(slices.Contains(Needs(), need), at, "needs %q: known are %s", need, strings.Join(Needs(), ", "))
	}
	for _, name := range c.Order {
		v.need(indexOf(c.Objects.Objects, name) >= 0, at, "order: objects.yaml has no %s", name)
	}
	for _, text := range c.Unready {
		o, ok := labfile.ParseObject(text)
		v.need(ok && o.Kind == "Deployment", at, "unready %q: want Deployment namespace/name", text)
	}
	for _, s := range c.Outside {
		v.need(s.Host != "" && s.HTTP+s.HTTPS+s.TCP > 0, s.Pos, "a server outside has a host and a port (http, https, tcp)")
	}
	v.namespaces()
	v.strays()
}

func (v *validator) expect() {
	e := v.c.Expect
	if e.Layer == healthy {
		v.need(e.Object == "" && len(e.Also) == 0, e.Pos, "expect: a healthy case has no object to blame")
		return
	}
	v.need(slices.Contains(labs.Layers(), labs.Layer(e.Layer)), v.c.Pos, "expect.layer %q: want healthy or one of %v", e.Layer, labs.Layers())
	for _, text := range append([]string{e.Object}, e.Also...) {
		_, ok := labfile.ParseObject(text)
		v.need(ok, e.Pos, "expect: object %q: want Kind namespace/name", text)
	}
}

// namespaces sees to it that what a case makes can be told from what is there.
func (v *validator) namespaces() {
	for _, m := range v.c.Objects.Objects {
		if m.Object["kind"] == "Namespace" {
			name := objectOf(m).Name
			v.need(strings.HasPrefix(name, labs.NamespacePrefix), m.Pos, "namespace %q: want a name that begins with %s", name, labs.NamespacePrefix)
		}
	}
}

// strays reports files that are no part of the case.
func (v *validator) strays() {
	entries, err := fs.ReadDir(v.fsys, v.c.ID)
	v.need(err == nil, v.c.Pos, "list the folder: %v", err)
	for _, e := range entries {
		known := []string{caseFile, objectsFile, snapshotFile, analyzeFile, v.c.Heal}
		used := slices.Contains(known, e.Name()) || slices.ContainsFunc(v.c.Patch, func(op labs.Op) bool {
			return len(op.Apply) > 0 && path.Base(op.Apply[0].Pos.File) == e.Name()
		})
		v.need(used, labs.Pos{File: path.Join(v.c.ID, e.Name())}, "stray file: no part of the case")
	}
}

func objectOf(m labs.Manifest) labs.Object {
	meta, _ := m.Object["metadata"].(map[string]any)
	kind, _ := m.Object["kind"].(string)
	version, _ := m.Object["apiVersion"].(string)
	group, _, grouped := strings.Cut(version, "/")
	if !grouped {
		group = ""
	}
	o := labs.Object{Group: group, Kind: kind}
	o.Namespace, _ = meta["namespace"].(string)
	o.Name, _ = meta["name"].(string)
	return o
}

// indexOf finds a manifest by "Kind namespace/name".
func indexOf(list []labs.Manifest, name string) int {
	e := Expect{Object: name}
	return slices.IndexFunc(list, func(m labs.Manifest) bool { return e.Right(objectOf(m)) })
}
