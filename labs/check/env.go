// Package check judges: it compiles the expressions of a lab (goals, guards,
// the truths of findings) and evaluates them over what was observed. It is
// pure: it never asks, waits or retries, and says unknown where something is
// missing. Package run decides when to judge.
//
// Expressions are CEL, with Kubernetes' own library, over
//
//	requests.NAME              what a client saw of a request: code, body, …
//	trace.NAME.LAYER           a layer of its path, summed up over the hops: its facts
//	trace.NAME.hop("egress")   one hop: its facts, and its layers
//	object(KIND, NAMESPACE, NAME)  the object, or null when there is none
//	objects(KIND)              all objects of a kind
//
// Package labs lists the facts (facts.go); docs/questions.md is made of them.
package check

import (
	"cmp"
	"maps"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"
	"k8s.io/apiserver/pkg/cel/library"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// costLimit bounds one evaluation; the dearest of the labs needs a few
// thousand steps for each observed object.
const costLimit = 2_000_000

// Facts are what expressions are evaluated over.
type Facts struct {
	Answers map[string]labs.Answer // by request name
	Paths   map[string]labs.Path   // by request name
	Objects []snapshot.Object
	// Kinds are those that were looked at, as in Snapshot; nil: not stated.
	Kinds   []string
	Missing map[string]string // kind → why it could not be observed
}

// newEnv declares the variables and functions.
func newEnv(v *vocabulary) (*cel.Env, error) {
	all := cel.ListType(cel.DynType)
	return cel.NewEnv(
		cel.Variable("requests", cel.ObjectType(answersType)),
		cel.Variable("trace", cel.ObjectType(pathsType)),
		cel.Variable(observedName, all),
		cel.Function("objectIn", cel.Overload("object_in", []*cel.Type{all, cel.StringType, cel.StringType, cel.StringType},
			cel.DynType, cel.FunctionBinding(findObject))),
		cel.Function("objectsIn", cel.Overload("objects_in", []*cel.Type{all, cel.StringType}, all, cel.BinaryBinding(findObjects))),
		cel.Function("hop", decls.DisableTypeGuards(true), // a path is a plain map at run time
			cel.MemberOverload("path_hop", []*cel.Type{cel.ObjectType(pathType), cel.StringType},
				cel.ObjectType(hopType), cel.BinaryBinding(findHop))),
		cel.Macros(lookIn("object", 3, "objectIn"), lookIn("objects", 1, "objectsIn")),
		cel.EnableMacroCallTracking(), cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), ext.Strings(),
		library.URLs(), library.Regex(), library.Lists(), library.Quantity(), library.IP(), library.CIDR(),
		v.use, // after the libraries, whose types it keeps
	)
}

// observedName is the variable behind object and objects. It has no name that
// can be written: a list of whatever was observed cannot say of which kinds.
const observedName = "@observed"

// lookIn is a macro that hands the observed objects to a function.
func lookIn(name string, args int, function string) cel.Macro {
	return cel.GlobalMacro(name, args, func(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
		return f.NewCall(function, append([]ast.Expr{f.NewIdent(observedName)}, args...)...), nil
	})
}

// activation makes the variables' values. What was not observed is absent,
// so that asking for it is an error and the outcome unknown.
func (f Facts) activation() map[string]any {
	requests := map[string]any{}
	for name, a := range f.Answers {
		if a.Observed {
			requests[name] = answerMap(a)
		}
	}
	paths := map[string]any{}
	for name, p := range f.Paths {
		paths[name] = pathMap(p)
	}
	return map[string]any{"requests": requests, "trace": paths, observedName: f.observed()}
}

// hopsKey is where a path keeps its hops, for the function hop.
const hopsKey = "@hops"

// pathMap holds the layers summed up, and each hop's own beside them.
func pathMap(p labs.Path) map[string]any {
	hops, names := map[string]any{}, make([]string, len(p.Hops))
	for i, h := range p.Hops {
		hops[h.Name], names[i] = hopMap(h, p.Answer), h.Name
	}
	m := map[string]any{hopsKey: hops, "hops": names}
	for _, l := range p.Layers() {
		m[string(l.Layer)] = layerMap(l)
	}
	return m
}

func hopMap(h labs.Hop, a labs.Answer) map[string]any {
	m := map[string]any{"role": string(h.Role), "proxy": h.Proxy.String()}
	for _, l := range h.Layers {
		m[string(l.Layer)] = layerMap(l)
	}
	for _, l := range a.Logs {
		if !l.Inbound && l.Proxy.Namespace == h.Proxy.Namespace && l.Proxy.Name == h.Proxy.Name {
			m["code"], m["flag"], m["details"], m["log"] = l.Code, cmp.Or(l.Flag, "-"), l.Details, l.Line
		}
	}
	return m
}

// findHop returns a hop of a path.
func findHop(path, name ref.Val) ref.Val {
	m, ok := path.(traits.Mapper)
	if !ok {
		return types.NewErr("hop() works on a path only")
	}
	hops, _ := m.Find(types.String(hopsKey))
	if all, ok := hops.(traits.Mapper); ok {
		if h, found := all.Find(name); found {
			return h
		}
	}
	return types.NewErr("no hop %v on its way", name.Value())
}

func answerMap(a labs.Answer) map[string]any {
	m := map[string]any{"code": a.Code, "body": a.Body, "error": a.Error, "source": a.Source,
		"server": a.Server, "serial": a.Serial, "took": a.Took.Seconds(), "headers": a.Headers}
	if len(a.Samples) > 0 {
		codes, by := make([]string, len(a.Samples)), make([]string, len(a.Samples))
		for i, s := range a.Samples {
			codes[i], by[i] = s.End(), s.By
		}
		m["codes"], m["answerers"] = codes, by
	}
	if a.LogLine != "" {
		m["flag"], m["details"], m["log"] = cmp.Or(a.Flag, "-"), a.Details, a.LogLine
	}
	return m
}

func layerMap(l labs.LayerReport) map[string]any {
	objects := make([]string, len(l.Objects))
	for i, o := range l.Objects {
		objects[i] = o.String()
	}
	m := map[string]any{"verdict": string(l.Verdict), "summary": l.Summary, "want": l.Want, "got": l.Got, "objects": objects}
	if l.Verdict == labs.Healthy || l.Verdict == labs.Broken {
		m["healthy"] = l.Verdict == labs.Healthy
	}
	maps.Copy(m, l.Facts)
	return m
}
