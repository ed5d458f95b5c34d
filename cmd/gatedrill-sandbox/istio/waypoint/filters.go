// Package waypoint makes istiod's waypoints work in the sandbox. It changes
// what istiod does through what Istio exports: istiod is linked into this
// program.
package waypoint

import (
	headermutation "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/header_mutation/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"

	"istio.io/istio/pilot/pkg/util/protoconv"
	"istio.io/istio/pilot/pkg/xds/filters"
)

// StockFilters makes a waypoint's listeners acceptable to an Envoy without
// Istio's own filters: those two that look up who a peer is, for Istio's own
// metrics, are replaced by filters of their names that do nothing. What else
// such an Envoy lacks is off by istiod's environment (install.StockEnvoy) or
// by the version that a waypoint says it has (package cri).
func StockFilters() {
	filters.WaypointDownstreamMetadataFilter = idle(filters.WaypointDownstreamMetadataFilter)
	filters.WaypointUpstreamMetadataFilter = idle(filters.WaypointUpstreamMetadataFilter)
}

// idle is a filter that changes nothing, under another's name.
func idle(f *hcm.HttpFilter) *hcm.HttpFilter {
	return &hcm.HttpFilter{
		Name:       f.Name,
		ConfigType: &hcm.HttpFilter_TypedConfig{TypedConfig: protoconv.MessageToAny(&headermutation.HeaderMutation{})},
	}
}
