package snapshot

import (
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Object is a Kubernetes object as the API returns it, with readers for its
// fields. A nil object reads as empty.
type Object map[string]any

// Name is the object's own.
func (o Object) Name() string { return o.Str("metadata", "name") }

// Namespace is "" for what is cluster-scoped.
func (o Object) Namespace() string { return o.Str("metadata", "namespace") }

// Kind is the bare kind: "Gateway".
func (o Object) Kind() string { return o.Str("kind") }

// Group is the API group, "" for the core: two kinds are called Gateway.
func (o Object) Group() string {
	g, _, ok := strings.Cut(o.Str("apiVersion"), "/")
	if !ok {
		return ""
	}
	return g
}

// Ref names the object.
func (o Object) Ref() labs.Object {
	return labs.Object{Group: o.Group(), Kind: o.Kind(), Namespace: o.Namespace(), Name: o.Name()}
}

// At reads a field by its path, nil where it is not.
func (o Object) At(path ...string) any {
	v := any(map[string]any(o))
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

// Str reads a string; numbers and booleans as they are written.
func (o Object) Str(path ...string) string { return text(o.At(path...)) }

// Num reads a whole number, 0 where there is none.
func (o Object) Num(path ...string) int { return number(o.At(path...)) }

// Has says whether the field is there and not null.
func (o Object) Has(path ...string) bool { return o.At(path...) != nil }

// Map reads a field that is an object itself.
func (o Object) Map(path ...string) Object {
	m, _ := o.At(path...).(map[string]any)
	return m
}

// Items reads a list of objects; what is none is left out.
func (o Object) Items(path ...string) []Object {
	list, _ := o.At(path...).([]any)
	var out []Object
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// Strs reads a list of strings.
func (o Object) Strs(path ...string) []string {
	list, _ := o.At(path...).([]any)
	var out []string
	for _, x := range list {
		out = append(out, text(x))
	}
	return out
}

// Labels reads a map of strings.
func (o Object) Labels(path ...string) map[string]string {
	m, _ := o.At(path...).(map[string]any)
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = text(v)
	}
	return out
}

func text(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(x)
	case int64, int, float64:
		return strconv.Itoa(number(x))
	}
	return ""
}

func number(v any) int {
	switch x := v.(type) {
	case int64:
		return int(x)
	case int:
		return x
	case float64:
		return int(x)
	}
	return 0
}

// Index finds objects by group and kind, and by name.
type Index struct {
	byKind map[string][]Object
	byName map[string]Object
}

// IndexOf indexes the objects; of two of one name the first is found.
func IndexOf(objects []Object) Index {
	ix := Index{byKind: map[string][]Object{}, byName: map[string]Object{}}
	for _, o := range objects {
		kind := o.Group() + "/" + o.Kind()
		ix.byKind[kind] = append(ix.byKind[kind], o)
		name := kind + "/" + o.Namespace() + "/" + o.Name()
		if _, has := ix.byName[name]; !has {
			ix.byName[name] = o
		}
	}
	return ix
}

// All returns the objects of a kind.
func (ix Index) All(group, kind string) []Object { return ix.byKind[group+"/"+kind] }

// Get returns the object of that name, nil when there is none.
func (ix Index) Get(group, kind, namespace, name string) Object {
	return ix.byName[group+"/"+kind+"/"+namespace+"/"+name]
}

// Selects says whether a label selector of the plain kind matches; an empty
// one matches nothing, as for Services.
func Selects(selector, labels map[string]string) bool {
	if len(selector) == 0 {
		return false
	}
	for k, v := range selector {
		if labels[k] != v {
			return false
		}
	}
	return true
}
