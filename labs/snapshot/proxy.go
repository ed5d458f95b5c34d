package snapshot

import (
	"net"
	"slices"

	"github.com/gatedrill/gatedrill/labs"
)

// ProxyContainer is the name of the container that runs Envoy, in gateways as
// beside workloads.
const ProxyContainer = "istio-proxy"

// ProxyKey is the name under which Missing says why a pod's Envoy could not
// be read.
func ProxyKey(namespace, pod string) string { return "proxy " + namespace + "/" + pod }

// ProxyRole is what the Envoy of a pod does: RoleGateway where it runs as a
// router, which an egress gateway does too, RoleWaypoint, RoleSidecar beside a
// workload (pilot-agent's own choice when it is told nothing), and "" where
// the pod has none.
func ProxyRole(pod Object) labs.Role {
	for _, list := range []string{"containers", "initContainers"} {
		for _, c := range pod.Items("spec", list) {
			if c.Str("name") != ProxyContainer {
				continue
			}
			switch args := c.Strs("args"); {
			case slices.Contains(args, "router"):
				return labs.RoleGateway
			case slices.Contains(args, "waypoint"):
				return labs.RoleWaypoint
			}
			return labs.RoleSidecar
		}
	}
	return ""
}

// Running says whether a pod's containers run and are not on their way out.
func Running(pod Object) bool {
	return pod.Kind() == "Pod" && pod.Str("status", "phase") == "Running" && !pod.Has("metadata", "deletionTimestamp")
}

// ServiceAddresses are the addresses at which the outside reaches a Service,
// its load balancer's first; a load balancer may have a name instead.
func ServiceAddresses(service Object) []string {
	var out []string
	for _, in := range service.Items("status", "loadBalancer", "ingress") {
		if a := in.Str("ip"); a != "" {
			out = append(out, a)
		} else if a := in.Str("hostname"); a != "" {
			out = append(out, a)
		}
	}
	return append(out, service.Strs("spec", "externalIPs")...)
}

// ServiceNames are the names that a Service's load balancer has in place of an
// address.
func ServiceNames(service Object) []string {
	return slices.DeleteFunc(ServiceAddresses(service), func(a string) bool { return net.ParseIP(a) != nil })
}

// Outside are the addresses at which the outside reaches a Service: the names
// of its load balancer stand beside what they resolve to. Names of which that
// is not known are returned by themselves.
func (s Snapshot) Outside(service Object) (addresses, unresolved []string) {
	for _, a := range ServiceAddresses(service) {
		addresses = append(addresses, a)
		if net.ParseIP(a) != nil {
			continue
		}
		list := s.Resolve(a)
		addresses = append(addresses, list...)
		if len(list) == 0 {
			unresolved = append(unresolved, a)
		}
	}
	return addresses, unresolved
}
