package waypoint

import (
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/xds"
	v3 "istio.io/istio/pilot/pkg/xds/v3"
	"istio.io/istio/pkg/config/schema/kind"
	"istio.io/istio/pkg/util/sets"
)

// endpoints tells gateways of a waypoint's endpoints whenever these change.
//
// A gateway that hands a Service's requests to a waypoint has the waypoint's
// endpoints in that Service's cluster. istiod renews the cluster when the
// waypoint's pod gets ready, from EndpointSlices that only follow the pod some
// 30 ms later; their own change renews nothing but the waypoint's cluster, so
// that the gateway may say "no healthy upstream" for ever. A debounce of
// 100 ms, the default, hides it mostly; the sandbox's is shorter.
type endpoints struct {
	model.XdsDeltaResourceGenerator
	cache model.XdsCache
}

// FollowEndpoints makes gateways follow their waypoints' endpoints. It is
// called before the server starts.
func FollowEndpoints(s *xds.DiscoveryServer) {
	if g, ok := s.Generators[v3.EndpointType].(model.XdsDeltaResourceGenerator); ok {
		s.Generators[v3.EndpointType] = endpoints{g, s.Cache}
	}
}

func (e endpoints) Generate(p *model.Proxy, w *model.WatchedResource, r *model.PushRequest) (model.Resources, model.XdsLogDetails, error) {
	return e.XdsDeltaResourceGenerator.Generate(p, w, e.widen(p, r))
}

func (e endpoints) GenerateDeltas(p *model.Proxy, r *model.PushRequest, w *model.WatchedResource) (model.Resources, model.DeletedResources, model.XdsLogDetails, bool, error) {
	return e.XdsDeltaResourceGenerator.GenerateDeltas(p, e.widen(p, r), w)
}

// widen adds to what changed for a gateway the Services behind the waypoints
// that did.
func (e endpoints) widen(p *model.Proxy, r *model.PushRequest) *model.PushRequest {
	if p.Type != model.Router || r.Push == nil {
		return r
	}
	changed := sets.New[string]()
	for c := range r.ConfigsUpdated {
		if c.Kind == kind.Endpoints || c.Kind == kind.ServiceEntry {
			changed.Insert(c.Name)
		}
	}
	if changed.IsEmpty() {
		return r
	}
	behind := servicesBehind(changed, r.Push.ServicesWithWaypoint(""))
	if behind.IsEmpty() {
		return r
	}
	e.cache.Clear(behind)
	wide := *r
	wide.ConfigsUpdated = r.ConfigsUpdated.Union(behind)
	return &wide
}

// servicesBehind are the Services that gateways ask through one of the
// waypoints, given by host name.
func servicesBehind(waypoints sets.String, services []model.ServiceWaypointInfo) sets.Set[model.ConfigKey] {
	out := sets.New[model.ConfigKey]()
	for _, s := range services {
		if !s.IngressUseWaypoint {
			continue
		}
		hit := waypoints.Contains(s.WaypointHostname)
		for _, w := range s.WeightedWaypoints {
			hit = hit || waypoints.Contains(w.Hostname)
		}
		if hit {
			out.Insert(model.ConfigKey{Kind: kind.Endpoints, Name: s.Service.Hostname, Namespace: s.Service.Namespace})
		}
	}
	return out
}
