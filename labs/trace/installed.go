package trace

import (
	"slices"
	"strings"
)

// noMesh says that there is no Istio in the cluster, "" when there is, or it is
// not known: the API server knows none of the kinds that every version of it
// has, and no Envoy was read.
func (j *journey) noMesh() string {
	for _, kind := range []string{"Gateway", "VirtualService", "DestinationRule"} {
		if j.snap.Installed(istioNetworking, kind) {
			return ""
		}
	}
	if len(j.snap.Proxies) > 0 {
		return ""
	}
	return "Istio is not installed: the API server does not know its kinds"
}

// lacking says which Gateways and routes cannot have been seen: of kinds that
// were not looked at, or of an API that the cluster does not have; "" when all
// were.
func (j *journey) lacking() string {
	switch why := j.missing("Gateway", "VirtualService"); {
	case why != "":
		return why
	case !j.snap.Installed(gatewayAPI, "Gateway") && !j.snap.Installed(gatewayAPI, "HTTPRoute"):
		return "the Gateway API is not installed in this cluster"
	case !j.snap.Installed(istioNetworking, "Gateway"):
		return "Istio's own Gateways are not installed in this cluster"
	}
	return ""
}

// revision labels what one istiod of several is to look at, and what that one
// is called.
const revision = "istio.io/rev"

// heeded says whether an istiod of this cluster looks at an object of Istio's
// APIs: it bears no revision, or that of one that runs, as far as any was seen.
func (m *Mesh) heeded(o object) bool {
	asked := o.Labels("metadata", "labels")[revision]
	return asked == "" || len(m.revisions) == 0 || m.revisions[asked]
}

func (m *Mesh) sortRevisions() {
	m.revisions = map[string]bool{}
	for _, o := range slices.Concat(m.index.All("", "Pod"), m.index.All("apps", "Deployment")) {
		if l := o.Labels("metadata", "labels"); l["app"] == "istiod" && l[revision] != "" {
			m.revisions[l[revision]] = true
		}
	}
}

// missing says why a kind could not be observed, "" when it was.
func (j *journey) missing(kinds ...string) string {
	for _, k := range kinds {
		if why := j.snap.Missing[k]; why != "" {
			return k + " not observed: " + why
		}
		looked := func(have string) bool { return have == k || strings.HasPrefix(have, k+".") }
		if len(j.snap.Kinds) > 0 && k != "dns" && !slices.ContainsFunc(j.snap.Kinds, looked) {
			return k + " was not looked at"
		}
	}
	return ""
}

// missingIn says why kinds could not be observed in a namespace, "" when they
// were: of what is elsewhere nothing is said.
func (j *journey) missingIn(namespace string, kinds ...string) string {
	for _, k := range kinds {
		if !slices.Contains(j.snap.Partly[k], namespace) && j.missing(k) != "" {
			return j.missing(k)
		}
	}
	return ""
}
