package trace

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/match"
)

// ruleFor finds the DestinationRule for a host as a proxy sees it: in its own
// namespace, the server's, the root; there the most specific host, then the
// oldest.
func (w *walk) ruleFor(host string) object {
	if host == "" {
		return nil
	}
	for _, ns := range w.rulesAt(host) {
		var found object
		top := -1
		for _, d := range w.rules[ns] {
			fit := match.Best(d.hosts, host)
			if fit >= 0 && w.hides(d.object) == "" && (fit > top || fit == top && age(d.object) < age(found)) {
				top, found = fit, d.object
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// rulesAt lists the namespaces where this proxy looks for the rule of a host.
func (w *walk) rulesAt(host string) []string {
	home := ""
	if short, ok := strings.CutSuffix(host, ".svc.cluster.local"); ok {
		_, home, _ = strings.Cut(short, ".")
	} else if e := w.entryFor(host); e != nil {
		home = e.Namespace()
	}
	return []string{w.proxyNamespace(), home, rootNamespace}
}

// looksIn says whether this proxy looks in a namespace for the rule of a host.
func (w *walk) looksIn(namespace, host string) bool {
	return slices.Contains(w.rulesAt(host), namespace)
}

// ruleHost is the full name of a DestinationRule's host.
func ruleHost(d object) string { return fullName(d.Str("spec", "host"), d.Namespace()) }

// fullName completes a short host with the namespace of the object that names
// it.
func fullName(host, namespace string) string {
	if host != "" && !strings.Contains(host, ".") {
		host += "." + namespace + ".svc.cluster.local"
	}
	return host
}

// ruleElsewhere is a DestinationRule for the upstream that is in a namespace
// where this proxy does not look, or is not exported to it.
func (w *walk) ruleElsewhere(u upstream) object {
	for _, d := range w.index.All(istioNetworking, "DestinationRule") {
		if match.Pattern(ruleHost(d), u.host) >= 0 && d.Has("spec", "trafficPolicy") && (u.rule == nil || d.Ref() != u.rule.Ref()) {
			return d
		}
	}
	return nil
}
