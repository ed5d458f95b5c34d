package trace

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// capture asks whether the request enters the mesh: whether the workload has
// a sidecar, and whether it takes this connection.
func (w *walk) capture() *report {
	r := newReport(labs.LayerEntry)
	r.fact("pods", podNames(w.pods))
	r.fact("port", w.target.port)
	if len(w.pods) == 0 {
		w.noClient(r)
		return r
	}
	r.involve(w.client)
	pod := w.pods[0]
	r.fact("sidecar", hasSidecar(pod))
	why := ""
	if !hasSidecar(pod) {
		why = pod.Ref().String() + " has no sidecar"
	} else {
		why = uncaptured(pod, w.dest, w.target.port)
	}
	if why != "" {
		w.direct = true
		r.offPath("%s: the request leaves the pod past the mesh", why)
		return r
	}
	w.readConfig()
	w.hear()
	r.healthy("the sidecar of %s takes connections to port %d", pod.Ref(), w.target.port)
	return r
}

// captureNote is the beginning of annotations that say what a sidecar takes.
const captureNote = "traffic.sidecar.istio.io/"

// noted lists what such an annotation of a pod names, and whether it is there.
func noted(pod object, key string) (list []string, there bool) {
	text, there := pod.Labels("metadata", "annotations")[captureNote+key]
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }), there
}

// bypassed is a pod of the upstream whose sidecar does not take connections to
// its port, although others think that it does; nil when there is none.
func (w *walk) bypassed(u upstream) object {
	for _, pod := range u.pods {
		port := strconv.Itoa(w.podPort(u, pod))
		out, _ := noted(pod, "excludeInboundPorts")
		in, chosen := noted(pod, "includeInboundPorts")
		if hasSidecar(pod) && (slices.Contains(out, port) || chosen && !slices.Contains(in, "*") && !slices.Contains(in, port)) {
			return pod
		}
	}
	return nil
}

// uncaptured says why a sidecar does not take connections to an address and
// port, "" when it does: annotations of the pod say which.
func uncaptured(pod object, address string, port int) string {
	why := func(key, what string) string {
		list, _ := noted(pod, key)
		return "annotation " + captureNote + key + " " + quoteAll(list) + " " + what
	}
	names := func(key, wanted string) bool {
		list, _ := noted(pod, key)
		return slices.Contains(list, wanted) || inBlocks(list, wanted) == yes
	}
	ranges, chosen := noted(pod, "includeOutboundIPRanges")
	switch {
	case names("excludeOutboundPorts", strconv.Itoa(port)):
		return why("excludeOutboundPorts", "leaves the port out")
	case address != "" && names("excludeOutboundIPRanges", address):
		return why("excludeOutboundIPRanges", "leaves "+address+" out")
	case names("includeOutboundPorts", strconv.Itoa(port)), !chosen, slices.Contains(ranges, "*"), len(ranges) > 0 && address == "":
		return ""
	case !names("includeOutboundIPRanges", address):
		return why("includeOutboundIPRanges", "is without the address")
	}
	return ""
}
