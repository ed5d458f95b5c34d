package trace

import (
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Groups whose kinds share names with others.
const (
	istioNetworking = "networking.istio.io"
	istioSecurity   = "security.istio.io"
	gatewayAPI      = "gateway.networking.k8s.io"
)

// object is one Kubernetes object with readers for its fields. A nil object
// reads as empty.
type object map[string]any

func (o object) name() string      { return o.str("metadata", "name") }
func (o object) namespace() string { return o.str("metadata", "namespace") }
func (o object) kind() string      { return o.str("kind") }
func (o object) group() string {
	g, _, ok := strings.Cut(o.str("apiVersion"), "/")
	if !ok {
		return ""
	}
	return g
}

// ref names the object.
func (o object) ref() labs.Object {
	return labs.Object{Kind: o.kind(), Namespace: o.namespace(), Name: o.name()}
}

func (o object) at(path ...string) any {
	var v any = map[string]any(o)
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

func (o object) str(path ...string) string { return text(o.at(path...)) }

func (o object) num(path ...string) int { return number(o.at(path...)) }

func (o object) has(path ...string) bool { return o.at(path...) != nil }

// items reads a list of objects.
func (o object) items(path ...string) []object {
	list, _ := o.at(path...).([]any)
	var out []object
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// strs reads a list of strings.
func (o object) strs(path ...string) []string {
	list, _ := o.at(path...).([]any)
	var out []string
	for _, x := range list {
		out = append(out, text(x))
	}
	return out
}

// labels reads a map of strings.
func (o object) labels(path ...string) map[string]string {
	m, _ := o.at(path...).(map[string]any)
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

// index finds objects by group and kind.
type index map[string][]object

func indexOf(objects []snapshot.Object) index {
	ix := index{}
	for _, x := range objects {
		o := object(x)
		key := o.group() + "/" + o.kind()
		ix[key] = append(ix[key], o)
	}
	return ix
}

func (ix index) all(group, kind string) []object { return ix[group+"/"+kind] }

func (ix index) get(group, kind, namespace, name string) object {
	for _, o := range ix.all(group, kind) {
		if o.namespace() == namespace && o.name() == name {
			return o
		}
	}
	return nil
}

// selects says whether a label selector of the plain kind matches; an empty
// one matches nothing, as for Services.
func selects(selector, labels map[string]string) bool {
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

// condition finds a status condition in a list.
func condition(list []object, kind string) object {
	for _, c := range list {
		if c.str("type") == kind {
			return c
		}
	}
	return nil
}
