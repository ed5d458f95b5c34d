package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/match"
)

// Clusters and virtual hosts that Istio gives to every sidecar.
const (
	passthroughCluster = "PassthroughCluster"
	blackHoleCluster   = "BlackHoleCluster"
	blockAll           = "block_all"
	allowAny           = "allow_any"
)

// outboundPort is where a workload's connections are redirected to.
const outboundPort = 15001

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

// outbound finds the listener of the sidecar that takes the connection: that
// of its address, else that of its port, else the one for all the rest.
func (w *walk) outbound() *report {
	r := newReport(labs.LayerListener)
	r.fact("port", w.target.port)
	switch {
	case w.direct:
		r.offPath("no proxy takes the request")
		return r
	case w.config == nil:
		r.unknown("%s", w.noConfig)
		return r
	case w.dest == "":
		r.unknown("the address that the client connects to is not known")
		return r
	}
	l, fits := match.Listener(w.config, outboundPort, w.dest, w.target.port)
	if !fits.OK() {
		r.unknown("%s", fits.Why)
		return r
	}
	r.fact("name", l.Name)
	r.fact("chains", chainLines(*l))
	c := w.target.connection(w.target.port)
	c.Dest = w.dest
	chain, fits := match.Chain(*l, c)
	if fits.Outcome == match.Unknown {
		r.unknown("%s", fits.Why)
		return r
	}
	w.chain = chain
	if w.chain == nil {
		r.broken(labs.Object{}, l.Name+" has no filter chain for the connection", "a filter chain for "+w.target.name(), strings.Join(chainLines(*l), "; "))
		return r
	}
	r.fact("filterChain", chainName(*w.chain))
	r.fact("sni", append([]string{}, w.chain.Match.Names...))
	r.fact("mode", w.chainMode(*w.chain))
	r.see("listener %s, filter chain %s", l.Name, chainName(*w.chain))
	if w.target.tls && w.chain.HTTP && w.chain.TLS == nil {
		entry := w.entryFor(w.target.host)
		r.broken(entry.Ref(), fmt.Sprintf("the sidecar reads port %d as plain HTTP, the client speaks TLS", w.target.port),
			"a port of protocol HTTPS or TLS, or a client that speaks plain HTTP", w.portProtocol(entry))
		return r
	}
	r.healthy("%s  %s", l.Name, w.chainMode(*w.chain))
	return r
}

// leaves says whether the request goes to the very address that the client
// connected to, by no rule of the mesh.
func (w *walk) leaves() bool {
	return w.direct || len(w.clusters) > 0 && w.clusters[0] == passthroughCluster
}

// refusedOutside says whether the sidecar knows no such destination, and its
// policy lets nothing else out.
func (w *walk) refusedOutside(host *envoy.VirtualHost) bool {
	if w.role != labs.RoleSidecar {
		return false
	}
	return host != nil && host.Name == blockAll || slices.Contains(w.clusters, blackHoleCluster)
}

// unknownOutside explains REGISTRY_ONLY: no ServiceEntry or Service that this
// workload may see has the host and port.
func (w *walk) unknownOutside(r *report) {
	summary := fmt.Sprintf("the mesh knows no %s:%d for this workload, and lets nothing else out", w.target.name(), w.target.port)
	want := fmt.Sprintf("a ServiceEntry or Service with host %s and port %d that %s may see", w.target.name(), w.target.port, w.client)
	entry := w.entryFor(w.target.name())
	switch {
	case entry == nil:
		culprit, got := w.registryOnly()
		if e, h := w.nearEntry(w.target.name()); e != nil {
			culprit, got = e, e.Ref().String()+" has host "+h
		}
		r.broken(culprit.Ref(), summary, want, got)
	case w.hides(entry) != "":
		r.broken(entry.Ref(), summary, want, entry.Ref().String()+" "+w.hides(entry))
	case !slices.Contains(entryPorts(entry), w.target.port):
		r.broken(entry.Ref(), summary, want, entry.Ref().String()+" has ports "+quoteAll(portTexts(entry)))
	default:
		if s := w.sidecarResource(); s != nil && !shows(s, entry, w.target.port) {
			r.broken(s.Ref(), summary, want, fmt.Sprintf("%s lets the workload see %s on port %d", s.Ref(), quoteAll(egressHosts(s, w.target.port)), w.target.port))
			return
		}
		r.broken(entry.Ref(), summary, want, w.portProtocol(entry))
	}
}

// registryOnly is what says that nothing unknown may leave: the Sidecar of
// the workload, else the mesh's settings.
func (w *walk) registryOnly() (object, string) {
	if s := w.sidecarResource(); s != nil && s.Str("spec", "outboundTrafficPolicy", "mode") == "REGISTRY_ONLY" {
		return s, s.Ref().String() + " says outboundTrafficPolicy REGISTRY_ONLY, and no ServiceEntry has the host"
	}
	return meshConfig(), "outboundTrafficPolicy REGISTRY_ONLY, and no ServiceEntry has the host"
}

// meshConfig is the object that holds the mesh's settings.
func meshConfig() object {
	return object{"kind": "ConfigMap", "metadata": map[string]any{"namespace": rootNamespace, "name": "istio"}}
}

// sidecarResource is the Sidecar that applies to the workload that asks.
func (w *walk) sidecarResource() object {
	if len(w.pods) == 0 {
		return nil
	}
	return w.sidecarOf(w.pods[0])
}

// sidecarOf is the Sidecar that applies to a pod: one that selects it, else
// the namespace's, else the root namespace's.
func (j *journey) sidecarOf(pod object) object {
	if pod == nil {
		return nil
	}
	rank := -1
	var found object
	for _, s := range j.index.All(istioNetworking, "Sidecar") {
		selector := s.Labels("spec", "workloadSelector", "labels")
		here := -1
		switch {
		case !j.heeded(s):
		case s.Namespace() == pod.Namespace() && len(selector) > 0 && selectsAll(selector, pod):
			here = 2
		case s.Namespace() == pod.Namespace() && len(selector) == 0:
			here = 1
		case s.Namespace() == rootNamespace && len(selector) == 0:
			here = 0
		}
		if here > rank {
			found, rank = s, here
		}
	}
	return found
}

// egressHosts are those that a Sidecar lets its workloads see on a port.
func egressHosts(sidecar object, port int) []string {
	var out []string
	for _, e := range sidecar.Items("spec", "egress") {
		if !e.Has("port") || e.Num("port", "number") == port {
			out = append(out, e.Strs("hosts")...)
		}
	}
	return out
}
