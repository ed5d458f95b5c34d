package explain

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Unseen is something that could not be looked at, with the layers of a path
// that are unknown and rest on it.
type Unseen struct {
	What   string       `json:"what"`   // a kind, "dns", or "proxy namespace/pod"
	Why    string       `json:"why"`    // as it was said
	Layers []labs.Layer `json:"layers"` // unknown, perhaps for it
}

// Missing lists what a snapshot lacks, by its own words of why, beside what
// the path does not know for it.
func Missing(p labs.Path, missing map[string]string) []Unseen {
	out := []Unseen{}
	for _, what := range slices.Sorted(maps.Keys(missing)) {
		u := Unseen{What: what, Why: missing[what], Layers: []labs.Layer{}}
		for _, l := range rests(what) {
			if slices.ContainsFunc(p.Hops, func(h labs.Hop) bool {
				return slices.ContainsFunc(h.Layers, func(r labs.LayerReport) bool { return r.Layer == l && r.Verdict == labs.Unknown })
			}) {
				u.Layers = append(u.Layers, l)
			}
		}
		out = append(out, u)
	}
	return out
}

// rests are the layers that are judged by a kind of observation.
func rests(what string) []labs.Layer {
	const (
		dns, entry, listener = labs.LayerDNS, labs.LayerEntry, labs.LayerListener
		tls, route, dest     = labs.LayerTLS, labs.LayerRoute, labs.LayerDestination
	)
	if strings.HasPrefix(what, "proxy ") {
		return []labs.Layer{listener, tls, route, dest}
	}
	switch what {
	case "dns", "ConfigMap":
		return []labs.Layer{dns}
	case "Service":
		return []labs.Layer{dns, entry, dest}
	case "Pod", "EndpointSlice", "Deployment":
		return []labs.Layer{entry, listener, tls, route, dest}
	case "Gateway", "GatewayClass", "ListenerSet":
		return []labs.Layer{listener, tls, route}
	case "Secret":
		return []labs.Layer{tls, dest}
	case "VirtualService", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "ReferenceGrant", "Ingress", "IngressClass":
		return []labs.Layer{route}
	case "DestinationRule", "PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication", "BackendTLSPolicy":
		return []labs.Layer{dest}
	}
	return labs.Layers()
}
