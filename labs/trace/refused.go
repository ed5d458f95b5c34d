package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// refusal is what this proxy's Envoy said when it did not take the latest
// version of a resource, "" when it took all.
func (w *walk) refusal(kind, name string) string {
	if w.config == nil {
		return ""
	}
	if why := w.config.Refusal(kind, name); why != "" {
		return why
	}
	for _, r := range w.rejected {
		if r.Kind == kind && r.Name == name {
			return r.Details
		}
	}
	return ""
}

// Where an EnvoyFilter changes what Envoy may refuse.
var (
	patchesListener = []string{"LISTENER", "LISTENER_FILTER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER"}
	patchesRoute    = []string{"ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"}
	patchesCluster  = []string{"CLUSTER"}
)

// refusedListener: Envoy did not take what it was sent for the port, so that
// it has an older version, or nothing. To blame is the EnvoyFilter that changes
// listeners, else the Gateway.
func (w *walk) refusedListener(r *report) bool {
	name, why := "", ""
	for _, x := range slices.Concat(w.config.Refused, w.rejected) {
		if x.Kind == "listener" && w.targetPort > 0 && strings.HasSuffix(x.Name, fmt.Sprintf("_%d", w.targetPort)) {
			name, why = x.Name, x.Details
		}
	}
	if why == "" {
		return false
	}
	culprit := labs.Object{}
	if w.intended != nil {
		culprit = w.intended.ref
	}
	w.tellRefused(r, "listener "+name, why, w.patcherOr(culprit, patchesListener...))
	return true
}

// refusedRoutes: the same of a route table.
func (w *walk) refusedRoutes(r *report, meant func() *candidate) bool {
	why := w.refusal("route", w.chain.Route)
	if why == "" {
		return false
	}
	culprit := labs.Object{}
	if c := meant(); c != nil {
		culprit = c.ref
	}
	w.tellRefused(r, "route table "+w.chain.Route, why, w.patcherOr(culprit, patchesRoute...))
	return true
}

// refusedCluster: the same of a cluster, which a DestinationRule may have
// changed too.
func (w *walk) refusedCluster(r *report, u upstream) bool {
	why := w.refusal("cluster", u.name)
	if why == "" {
		return false
	}
	culprit := w.addressee(u)
	if u.rule != nil {
		culprit = u.rule.Ref()
	}
	w.tellRefused(r, "cluster "+u.name, why, w.patcherOr(culprit, patchesCluster...))
	return true
}

func (w *walk) tellRefused(r *report, what, why string, culprit labs.Object) {
	r.broken(culprit, "Envoy refuses "+what, "a version that Envoy takes", why)
	r.certain = true
}

// staleNote tells of a layer that serves well by what it had before: the next
// pod of the proxy starts without.
func (r *report) staleNote(what, why string) {
	if why == "" || r.Verdict != labs.Healthy {
		return
	}
	r.Summary += "   Envoy refused a newer version of it, a new pod has none"
	r.see("Envoy refuses the latest %s: %s", what, why)
}

// unpatched says whether a cluster that the objects ask for is missing, and an
// EnvoyFilter changes clusters of this proxy: then it is the likeliest cause,
// though Envoy's words for it were not seen.
func (w *walk) unpatched(r *report, u upstream) bool {
	filter := w.patcher(patchesCluster...)
	const hidden = "networking.istio.io/exportTo"
	if filter == nil || u.service == nil || !hasPort(u.service, u.port) || u.subset != "" || w.unresolved() != "" ||
		u.service.Labels("metadata", "annotations")[hidden] != "" {
		return false
	}
	r.broken(filter.Ref(), "Envoy has no cluster "+u.name, "a cluster for "+u.service.Ref().String(),
		filter.Ref().String()+" changes clusters: Envoy may have refused the outcome")
	return true
}

func (w *walk) patcherOr(other labs.Object, kinds ...string) labs.Object {
	if f := w.patcher(kinds...); f != nil {
		return f.Ref()
	}
	return other
}

// patcher is the EnvoyFilter that changes things of those kinds for this proxy,
// nil when there is none: of several the latest, after which things broke.
func (w *walk) patcher(kinds ...string) object {
	var found object
	for _, f := range w.envoyFilters(w.pods) {
		patches := slices.ContainsFunc(f.Items("spec", "configPatches"), func(p object) bool { return slices.Contains(kinds, p.Str("applyTo")) })
		if patches && (found == nil || age(f) > age(found)) {
			found = f
		}
	}
	return found
}
