package trace

import (
	"slices"

	"github.com/gatedrill/gatedrill/labs"
)

// idlePolicy is the policy that should have refused the request: a DENY that
// would take it and applies neither here nor at the server, else one that is
// about its host or path and misses it, else an ALLOW that lets it through, else
// a DENY whose rules miss it, else any beside them.
func (w *walk) idlePolicy(u upstream) object {
	pods := append(slices.Clone(u.pods), w.pods...)
	var namespaces []string
	for _, p := range pods {
		namespaces = append(namespaces, p.Namespace())
	}
	var found object
	top := -1
	for _, p := range w.index.All(istioSecurity, "AuthorizationPolicy") {
		if !slices.Contains(namespaces, p.Namespace()) {
			continue
		}
		if rank := w.idleness(p, u, pods); rank > top {
			found, top = p, rank
		}
	}
	return found
}

func (w *walk) idleness(p object, u upstream, pods []object) int {
	applies := slices.ContainsFunc(pods, func(pod object) bool { return w.applies(p, pod) })
	there, here := w.callerAt(u), w.callerHere()
	takes := max(there.matches(p), here.matches(p)) != no
	about := slices.ContainsFunc(p.Items("spec", "rules"), func(rule object) bool {
		return there.touches(rule.Items("to")) || here.touches(rule.Items("to"))
	})
	switch action := p.Str("spec", "action"); {
	case action == "DENY" && takes && !applies:
		return 4
	case action == "DENY" && about && applies:
		return 3
	case (action == "" || action == "ALLOW") && takes && applies:
		return 2
	case action == "DENY" && applies:
		return 1
	}
	return 0
}

// idleFilter is an EnvoyFilter for this proxy, or for that beside the server,
// none of whose patches is for the context in which it meets the request.
func (w *walk) idleFilter(u upstream) object {
	here := "GATEWAY"
	if w.role == labs.RoleSidecar {
		here = "SIDECAR_OUTBOUND"
	}
	if f := w.elsewhere(here, w.pods); f != nil {
		return f
	}
	return w.elsewhere("SIDECAR_INBOUND", u.pods)
}

// elsewhere is an EnvoyFilter for the pods without a patch for a context.
func (w *walk) elsewhere(context string, pods []object) object {
	meets := func(p object) bool { return slices.Contains([]string{"", "ANY", context}, p.Str("match", "context")) }
	for _, f := range w.envoyFilters(pods) {
		if !slices.ContainsFunc(f.Items("spec", "configPatches"), meets) {
			return f
		}
	}
	return nil
}
