package labs

// Capability is something a lab may require of the cluster that it runs in.
type Capability string

// The capabilities that there are. A cluster says which of them it has.
const (
	CapabilitySidecar   Capability = "sidecar"    // injected workloads whose traffic is intercepted
	CapabilityWaypoint  Capability = "waypoint"   // gateways hand requests to waypoints
	CapabilityAmbient   Capability = "ambient"    // workloads do too, by a ztunnel
	CapabilityEgress    Capability = "egress"     // istio-egressgateway, brought where it is not there
	CapabilityNames     Capability = "names"      // workloads resolve the public zone, as clients outside do
	CapabilityMeshAdmin Capability = "mesh-admin" // mesh-wide settings may be changed
)

// Capabilities lists them.
func Capabilities() []Capability {
	return []Capability{CapabilitySidecar, CapabilityWaypoint, CapabilityAmbient, CapabilityEgress, CapabilityNames, CapabilityMeshAdmin}
}
