package waypoint

import (
	"strings"
	"testing"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/xds"
	"istio.io/istio/pilot/pkg/xds/filters"
	v3 "istio.io/istio/pilot/pkg/xds/v3"
	"istio.io/istio/pkg/config/schema/kind"
	"istio.io/istio/pkg/util/sets"
	"istio.io/istio/pkg/workloadapi"
)

func TestServicesBehind(t *testing.T) {
	t.Parallel()
	service := func(name string, ingress bool, waypoint string, weighted ...string) model.ServiceWaypointInfo {
		s := model.ServiceWaypointInfo{
			Service:            &workloadapi.Service{Hostname: name, Namespace: "shop"},
			IngressUseWaypoint: ingress, WaypointHostname: waypoint,
		}
		for _, w := range weighted {
			s.WeightedWaypoints = append(s.WeightedWaypoints, model.WeightedWaypointHostname{Hostname: w})
		}
		return s
	}
	services := []model.ServiceWaypointInfo{
		service("orders", true, "wp"), service("inside", false, "wp"), service("other", true, "wp2"),
		service("canary", true, "wp2", "wp2", "wp"),
	}
	got := servicesBehind(sets.New("wp"), services)
	key := func(name string) model.ConfigKey {
		return model.ConfigKey{Kind: kind.Endpoints, Name: name, Namespace: "shop"}
	}
	if want := sets.New(key("orders"), key("canary")); !got.Equals(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOnlyGatewaysAreTold(t *testing.T) {
	t.Parallel()
	r := &model.PushRequest{
		Push:           model.NewPushContext(),
		ConfigsUpdated: sets.New(model.ConfigKey{Kind: kind.Endpoints, Name: "wp", Namespace: "shop"}),
	}
	if got := (endpoints{}).widen(&model.Proxy{Type: model.SidecarProxy}, r); got != r {
		t.Errorf("a sidecar's request was widened: %v", got)
	}
}

// istiod still has its generator of endpoints where it is replaced.
func TestFollowEndpoints(t *testing.T) {
	t.Parallel()
	s := &xds.DiscoveryServer{Generators: map[string]model.XdsResourceGenerator{v3.EndpointType: &xds.EdsGenerator{}}}
	FollowEndpoints(s)
	if _, ok := s.Generators[v3.EndpointType].(endpoints); !ok {
		t.Errorf("the generator is a %T", s.Generators[v3.EndpointType])
	}
}

func TestStockFilters(t *testing.T) {
	StockFilters()
	for _, f := range []string{filters.WaypointDownstreamMetadataFilter.String(), filters.WaypointUpstreamMetadataFilter.String()} {
		if strings.Contains(f, "peer_metadata.Config") {
			t.Errorf("a stock Envoy has no such filter: %s", f)
		}
	}
}
