package intent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
)

// Qualify is the full name of a Gateway that an object of a namespace names.
func Qualify(name, namespace string) string {
	if name == Mesh || strings.Contains(name, "/") {
		return name
	}
	return namespace + "/" + name
}

// HTTP compiles the http rules of a VirtualService.
func (v View) HTTP(vs object) []Rule {
	var out []Rule
	for i, rule := range vs.Items("spec", "http") {
		name := fmt.Sprintf("http rule %d", i)
		if rule.Has("delegate") {
			out = append(out, v.delegated(vs, rule, name)...)
			continue
		}
		out = append(out, v.httpRule(vs, rule, name))
	}
	return out
}

func (v View) httpRule(vs, rule object, name string) Rule {
	r := Rule{Name: name}
	action := v.action(vs, rule)
	r.Clusters = action.Clusters
	for _, m := range rule.Items("match") {
		if why := v.left(vs, m); why != "" {
			r.Left = append(r.Left, why)
			continue
		}
		r.Routes = append(r.Routes, with(action, httpMatch(m)))
	}
	if len(rule.Items("match")) == 0 {
		r.Routes = append(r.Routes, with(action, envoy.Route{}))
	}
	return r
}

// with is an action on the conditions of a match.
func with(action, m envoy.Route) envoy.Route {
	action.Path, action.Headers, action.Query, action.Claims = m.Path, m.Headers, m.Query, m.Claims
	return action
}

// left says why a match does not count for the view, "" when it does: it is
// for another port, Gateway or client.
func (v View) left(vs, m object) string {
	if p := m.Num("port"); p != 0 && p != v.Port {
		return fmt.Sprintf("matches port %d, the server's is %d", p, v.Port)
	}
	if names := m.Strs("gateways"); len(names) > 0 {
		for _, n := range names {
			if slices.Contains(v.Gateways, Qualify(n, vs.Namespace())) {
				return ""
			}
		}
		return fmt.Sprintf("matches gateways [%s] only", strings.Join(names, " "))
	}
	for k, want := range m.Labels("sourceLabels") {
		if v.Labels[k] != want {
			return fmt.Sprintf("matches clients with label %s=%s only", k, want)
		}
	}
	if ns := m.Str("sourceNamespace"); ns != "" && ns != v.Namespace {
		return "matches clients of namespace " + ns + " only"
	}
	return ""
}

// delegated compiles the rules of a VirtualService that another one hands a
// part of its requests to, or says why there are none.
func (v View) delegated(vs, rule object, name string) []Rule {
	ns := rule.Str("delegate", "namespace")
	if ns == "" {
		ns = vs.Namespace()
	}
	ref := labs.Object{Group: istioNetworking, Kind: "VirtualService", Namespace: ns, Name: rule.Str("delegate", "name")}
	to := v.Index.Get(istioNetworking, "VirtualService", ns, ref.Name)
	visible := to.Strs("spec", "exportTo")
	none := Rule{Name: name, Lost: v.httpRule(vs, rule, name).Routes}
	switch {
	case to == nil:
		none.Problem = fmt.Sprintf("delegates to %s, which does not exist", ref)
	case len(to.Strs("spec", "hosts")) > 0:
		none.Problem, none.Blame = fmt.Sprintf("delegates to %s, which has hosts of its own and so takes no part of another's", ref), ref
	case !Exported(visible, ns, vs.Namespace()):
		none.Problem, none.Blame = fmt.Sprintf("delegates to %s, which exportTo [%s] hides from namespace %s", ref, strings.Join(visible, " "), vs.Namespace()), ref
	}
	if none.Problem != "" {
		return []Rule{none}
	}
	var out []Rule
	for i, inner := range to.Items("spec", "http") {
		merged, why := mergeRules(rule, inner)
		r := v.httpRule(to, merged, fmt.Sprintf("%s, rule %d of %s", name, i, ref))
		if len(why) > 0 && len(merged.Items("match")) == 0 {
			r = Rule{Name: r.Name, Problem: strings.Join(why, ", "), Blame: ref}
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		none.Problem, none.Blame = fmt.Sprintf("delegates to %s, which has no http rules", ref), ref
		return []Rule{none}
	}
	return out
}

// Exported says whether exportTo lets a namespace see an object.
func Exported(to []string, home, viewer string) bool {
	return len(to) == 0 || slices.Contains(to, "*") || slices.Contains(to, viewer) || slices.Contains(to, ".") && home == viewer
}

// mergeRules is a delegate's rule under the matches that lead to it. Pairs of
// matches that exclude each other are dropped, as Istio drops them.
func mergeRules(root, inner object) (object, []string) {
	out := object{}
	for k, x := range inner {
		out[k] = x
	}
	outer, own := root.Items("match"), inner.Items("match")
	if len(outer) == 0 {
		return out, nil
	}
	if len(own) == 0 {
		own = []object{{}}
	}
	var list []any
	var why []string
	for _, a := range outer {
		for _, b := range own {
			m, conflict := mergeMatches(a, b)
			if conflict != "" {
				why = append(why, conflict)
				continue
			}
			list = append(list, map[string]any(m))
		}
	}
	out["match"] = list
	return out, why
}

func mergeMatches(root, inner object) (object, string) {
	out := object{}
	for k, x := range root {
		out[k] = x
	}
	for k, x := range inner {
		if _, both := root[k]; both {
			merged, ok := mergeField(k, root, inner)
			if !ok {
				return nil, "its match excludes the one that delegates to it, by " + k
			}
			x = merged
		}
		out[k] = x
	}
	return out, ""
}

// mergeField joins one field of two matches; ok is false when they exclude
// each other.
func mergeField(field string, root, inner object) (any, bool) {
	switch field {
	case "uri":
		a, b := text(root.Map("uri")), text(inner.Map("uri"))
		within := a.Kind == "prefix" && (b.Kind == "prefix" || b.Kind == "exact") && strings.HasPrefix(b.Value, a.Value)
		return inner[field], within || a == b && a.Kind == "exact"
	case "headers", "withoutHeaders", "queryParams", "sourceLabels":
		out := map[string]any{}
		for k, x := range root.Map(field) {
			out[k] = x
		}
		for k, x := range inner.Map(field) {
			if _, both := out[k]; both {
				return nil, false
			}
			out[k] = x
		}
		return out, true
	case "port", "ignoreUriCase", "sourceNamespace":
		return inner[field], root.Str(field) == inner.Str(field)
	case "name", "statPrefix":
		return inner[field], true
	}
	return nil, false
}

// TLS compiles the tls rules of a VirtualService.
func (v View) TLS(vs object) []Rule { return v.connections(vs, "tls") }

// TCP compiles the tcp rules of a VirtualService.
func (v View) TCP(vs object) []Rule { return v.connections(vs, "tcp") }

func (v View) connections(vs object, part string) []Rule {
	var out []Rule
	for i, rule := range vs.Items("spec", part) {
		r := Rule{Name: fmt.Sprintf("%s rule %d", part, i)}
		var weighted []envoy.Weighted
		r.Clusters, weighted = v.destinations(vs, rule)
		add := func(m object) {
			chain := envoy.Chain{Clusters: r.Clusters, Weighted: weighted, Match: envoy.Match{
				Names: m.Strs("sniHosts"), Prefixes: prefixes(m.Strs("destinationSubnets")),
			}}
			r.Chains = append(r.Chains, chain)
		}
		for _, m := range rule.Items("match") {
			if why := v.left(vs, m); why != "" {
				r.Left = append(r.Left, why)
				continue
			}
			add(m)
		}
		if len(rule.Items("match")) == 0 {
			add(nil)
		}
		out = append(out, r)
	}
	return out
}

// prefixes writes single addresses as the networks that they are.
func prefixes(list []string) []string {
	var out []string
	for _, p := range list {
		if !strings.Contains(p, "/") {
			p += map[bool]string{true: "/128", false: "/32"}[strings.Contains(p, ":")]
		}
		out = append(out, p)
	}
	return out
}
