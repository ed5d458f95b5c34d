package explain

import (
	"fmt"
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

// Together says in one line each what lacks for the same reason: rights that
// somebody has not got lack for many kinds at once.
func Together(all []Unseen) []Unseen {
	var out []Unseen
	for _, u := range all {
		u.Why = Short(u.Why)
		i := slices.IndexFunc(out, func(x Unseen) bool { return x.Why == u.Why })
		if i < 0 {
			out = append(out, u)
			continue
		}
		out[i].What += ", " + strings.TrimPrefix(u.What, "proxy ")
		layers := slices.Concat(out[i].Layers, u.Layers)
		out[i].Layers = slices.DeleteFunc(labs.Layers(), func(l labs.Layer) bool { return !slices.Contains(layers, l) })
	}
	return out
}

// Short is a refusal of the API server (User "jo" cannot list resource
// "secrets" in …) without what it says of each kind and pod, but with the
// namespaces in which it did not refuse; any other reason stays as it is.
func Short(why string) string {
	seen, _, partly := strings.Cut(why, " were seen: ")
	_, said, ok := strings.Cut(why, ` is forbidden: User "`)
	user, right, two := strings.Cut(said, `" cannot `)
	verb, resource, three := strings.Cut(right, ` resource "`)
	resource, _, four := strings.Cut(resource, `"`)
	switch {
	case !ok || !two || !three || !four:
		return why
	case verb == "list":
		resource = "them"
	}
	if partly {
		return fmt.Sprintf("%s were seen: User %q may not %s the others", seen, user, verb)
	}
	return fmt.Sprintf("User %q may not %s %s", user, verb, resource)
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
	case "Gateway", "GatewayClass", "ListenerSet", "XListenerSet":
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
