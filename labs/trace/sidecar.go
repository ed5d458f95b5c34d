package trace

import (
	"fmt"
	"slices"
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
		s := w.sidecarResource()
		if s == nil || shows(s, entry, w.target.port) {
			r.broken(entry.Ref(), summary, want, w.portProtocol(entry))
			return
		}
		culprit, got := s, fmt.Sprintf("%s lets the workload see %s on port %d", s.Ref(), quoteAll(egressHosts(s, w.target.port)), w.target.port)
		if idle := w.unselecting(entry); idle != nil {
			culprit, got = idle, fmt.Sprintf("%s shows it, to %s, which no pod is; %s", idle.Ref(), selectorText(idle.Labels("spec", "workloadSelector", "labels")), got)
		}
		r.broken(culprit.Ref(), summary, want, got)
	}
}

// unselecting is a Sidecar beside the client that would show it an entry, and is
// for a workload that is not there.
func (w *walk) unselecting(entry object) object {
	for _, s := range w.index.All(istioNetworking, "Sidecar") {
		selector := s.Labels("spec", "workloadSelector", "labels")
		if len(selector) > 0 && s.Namespace() == w.client.Namespace && len(w.podsOf(s.Namespace(), selector)) == 0 && shows(s, entry, w.target.port) {
			return s
		}
	}
	return nil
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
// the namespace's, else the root namespace's; of several alike the oldest.
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
		if here > rank || here == rank && found != nil && age(s) < age(found) {
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
