// Package check judges: it compiles the expressions of a lab (goals, guards,
// the truths of findings) and evaluates them over what was observed. It is
// pure: it never asks, waits or retries, and says unknown where something is
// missing. Package run decides when to judge.
//
// Expressions are CEL, with Kubernetes' own library, over
//
//	requests.NAME   code, body, error, source, server, serial, took (s), flag, details, log:
//	                the real answer; flag, details and log only when the log line was seen
//	trace.NAME.LAYER  verdict, healthy, summary, want, got, objects, and the trace's facts
//	object(KIND, NAMESPACE, NAME)  the object, or null when there is none
//	objects         all observed objects
package check

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
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
	Missing map[string]string // kind → why it could not be observed
}

// newEnv declares the variables.
func newEnv() (*cel.Env, error) {
	object := cel.MemberOverload("objects_find", []*cel.Type{cel.ListType(cel.DynType), cel.StringType, cel.StringType, cel.StringType},
		cel.DynType, cel.FunctionBinding(find))
	return cel.NewEnv(
		cel.Variable("requests", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("trace", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("objects", cel.ListType(cel.DynType)),
		cel.Function("findObject", object),
		cel.Macros(cel.GlobalMacro("object", 3, func(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
			return f.NewMemberCall("findObject", f.NewIdent("objects"), args...), nil
		})),
		cel.EnableMacroCallTracking(), cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), ext.Strings(),
		library.URLs(), library.Regex(), library.Lists(), library.Quantity(), library.IP(), library.CIDR(),
	)
}

// observed is the list of objects, with what could not be listed.
type observed struct {
	traits.Lister
	missing map[string]string
}

// find returns the object of a kind, namespace and name, or null. A kind that
// could not be listed is an error: whether the object exists is unknown.
func find(args ...ref.Val) ref.Val {
	list, ok := args[0].(observed)
	if !ok {
		return types.NewErr("object() works on the observed objects only")
	}
	kind, ns, name := args[1].Value(), args[2].Value(), args[3].Value()
	if why, ok := list.missing[fmt.Sprint(kind)]; ok {
		return types.NewErr("%v could not be listed: %s", kind, why)
	}
	all, _ := list.Value().([]any)
	for _, o := range all {
		o, _ := o.(map[string]any)
		meta, _ := o["metadata"].(map[string]any)
		have, _ := meta["namespace"].(string)
		if o["kind"] == kind && meta["name"] == name && have == ns {
			return types.DefaultTypeAdapter.NativeToValue(o)
		}
	}
	return types.NullValue
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
	all := make([]any, len(f.Objects))
	for i, o := range f.Objects {
		all[i] = map[string]any(o)
	}
	list, _ := types.DefaultTypeAdapter.NativeToValue(all).(traits.Lister)
	return map[string]any{"requests": requests, "trace": paths, "objects": observed{list, f.Missing}}
}

// pathMap holds the layers summed up, and each hop's own under "hops".
func pathMap(p labs.Path) map[string]any {
	hops := map[string]any{}
	for _, h := range p.Hops {
		layers := map[string]any{}
		for _, l := range h.Layers {
			layers[string(l.Layer)] = layerMap(l)
		}
		hops[h.Name] = layers
	}
	m := map[string]any{"hops": hops}
	for _, l := range p.Layers() {
		m[string(l.Layer)] = layerMap(l)
	}
	return m
}

func answerMap(a labs.Answer) map[string]any {
	m := map[string]any{"code": a.Code, "body": a.Body, "error": a.Error, "source": a.Source,
		"server": a.Server, "serial": a.Serial, "took": a.Took.Seconds()}
	if a.LogLine != "" {
		m["flag"], m["details"], m["log"] = a.Flag, a.Details, a.LogLine
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
	for k, v := range l.Facts {
		m[k] = v
	}
	return m
}
