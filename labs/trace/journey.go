package trace

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// maxHops ends a walk that goes in circles.
const maxHops = 6

// journey is one request on its way, from the client to the server.
type journey struct {
	*Mesh
	request labs.Request
	whole   labs.Answer // what the client got
	brief   bool        // see Mesh.Brief
	hops    []*walk
}

// walkAll walks hop after hop, each leading to the next.
func (j *journey) walkAll(t target) {
	first := j.hop(labs.RoleGateway, t)
	if !j.request.Outside() {
		first = j.fromWorkload(t)
	}
	for w := first; w != nil && len(j.hops) < maxHops; w = w.next() {
		j.hops = append(j.hops, w)
		w.walk()
		w.misspoken()
		w.unawaited()
	}
}

// hop makes the walker of a proxy that sees the request as t.
func (j *journey) hop(role labs.Role, t target) *walk {
	n := 1
	for _, h := range j.hops {
		if h.role == role {
			n++
		}
	}
	name := string(role)
	if n > 1 {
		name += "-" + strconv.Itoa(n)
	}
	return &walk{journey: j, role: role, name: name, target: t, answer: j.whole}
}

// clusterIPs are the addresses at which workloads reach a Service.
func clusterIPs(s object) []string {
	out := s.Strs("spec", "clusterIPs")
	if ip := s.Str("spec", "clusterIP"); len(out) == 0 && ip != "" {
		out = []string{ip}
	}
	return slices.DeleteFunc(out, func(ip string) bool { return ip == "None" })
}

// next is the proxy that the request comes to after this one, nil when a
// server is next, or nothing is known of the way on. A broken hop leads on as
// well: where the request would have gone is asked about.
func (w *walk) next() *walk {
	if w.stops() {
		return nil
	}
	if w.leaves() {
		return w.afterLeaving()
	}
	if n := w.toWaypoint(); n != nil {
		return n
	}
	for _, u := range w.upstreams {
		for _, endpoint := range w.addresses(u) {
			address, port := splitEndpoint(endpoint)
			pod := w.podAt(address)
			if pod == nil {
				if n := w.atService(address); n != nil {
					n.target = w.seenBy(u, w.endpointAt(u, endpoint))
					n.target.port = port
					return n
				}
			}
			if pod == nil || !runsGateway(pod) || slices.ContainsFunc(w.hops, func(h *walk) bool { return h.isProxy(pod) }) {
				continue
			}
			n := w.hop(labs.RoleEgress, w.seenBy(u, w.endpointAt(u, endpoint)))
			n.service, n.previous = u.service, w
			return n
		}
	}
	return nil
}

// splitEndpoint reads "address:port"; what is none has no address.
func splitEndpoint(endpoint string) (address string, port int) {
	a, err := netip.ParseAddrPort(endpoint)
	if err != nil {
		return "", 0
	}
	return a.Addr().String(), int(a.Port())
}

// isProxy says whether the pod is one of the hop's proxies.
func (w *walk) isProxy(pod object) bool {
	return slices.ContainsFunc(w.pods, func(p object) bool { return p.Ref() == pod.Ref() })
}

// stops says whether the proxy answers by itself, so that there is no next.
func (w *walk) stops() bool {
	m := w.matched
	return m != nil && (m.route.Redirect != nil || m.route.Direct != 0)
}

// afterLeaving: the request goes to the address that the client resolved. It
// may be a gateway's.
func (w *walk) afterLeaving() *walk { return w.atService(w.dest) }

// atService is the gateway behind the Service that has an address, nil when
// none has, or the request has been there.
func (w *walk) atService(address string) *walk {
	svc := w.serviceAt(address)
	if svc == nil {
		return nil
	}
	pods := w.podsOf(svc.Namespace(), svc.Labels("spec", "selector"))
	if !slices.ContainsFunc(pods, runsGateway) || slices.ContainsFunc(w.hops, func(h *walk) bool { return h.service.Ref() == svc.Ref() }) {
		return nil
	}
	n := w.hop(labs.RoleGateway, w.target)
	n.service, n.previous = svc, w
	return n
}

// endpointAt is what Envoy has of one address of a cluster.
func (w *walk) endpointAt(u upstream, address string) envoy.Endpoint {
	if w.config != nil {
		for _, e := range w.config.Endpoints[u.name] {
			if e.Address == address {
				return e
			}
		}
	}
	return envoy.Endpoint{Address: address}
}

// seenBy is the request as the proxy behind a cluster's endpoint sees it.
func (w *walk) seenBy(u upstream, e envoy.Endpoint) target {
	t := w.target
	if u.port != 0 {
		t.port = u.port
	}
	switch tls := u.cluster.To(e); {
	case tls != nil:
		t.tls, t.sni, t.alpn = true, tls.SNI, []string{"istio", "istio-peer-exchange", "h2", "http/1.1"}
		t.mesh = tls.Mode() == "ISTIO_MUTUAL"
	case w.chain != nil && !w.chain.HTTP:
		// Bytes are handed on as they came.
	default:
		t.tls, t.sni = false, ""
	}
	if w.matched != nil {
		t = t.rewritten(*w.matched.route)
	}
	return t
}

// fromWorkload starts at the sidecar of the workload that asks.
func (j *journey) fromWorkload(t target) *walk {
	w := j.hop(labs.RoleSidecar, t)
	w.pods, w.client = j.workload(j.request.From)
	return w
}

// workload finds the live pods of "namespace/name" or "namespace/kind/name",
// and what they are called: by what made them; for a Deployment by its
// selector too, as recordings of old do not hold what made pods.
func (j *journey) workload(key string) (pods []object, ref labs.Object) {
	wanted := snapshot.ParseWorkload(key)
	ref = wanted.Ref()
	if d := j.index.Get("apps", "Deployment", ref.Namespace, ref.Name); d != nil && ref.Kind == "Deployment" {
		if pods = j.podsOf(ref.Namespace, d.Labels("spec", "selector", "matchLabels")); len(pods) > 0 {
			return pods, ref
		}
	}
	for _, p := range j.index.All("", "Pod") {
		if as, ok := wanted.Runs(p); ok && alive(p) {
			pods, ref = append(pods, p), as
		}
	}
	return pods, ref
}

// logOf is how one of the pods logged the request as a client's proxy.
func (j *journey) logOf(pods []object) (labs.ProxyLog, bool) {
	for _, l := range j.whole.Logs {
		for _, p := range pods {
			if !l.Inbound && l.Proxy.Namespace == p.Namespace() && l.Proxy.Name == p.Name() {
				return l, true
			}
		}
	}
	return labs.ProxyLog{}, false
}

// unheard says whether nothing that the answer says is this hop's proxy's word.
func (w *walk) unheard() bool {
	_, logged := w.logOf(w.pods)
	return !logged && (w.previous != nil || len(w.whole.Logs) > 0)
}

// hear takes the words of this hop's own proxy for the answer's. Where only
// others have written so far, the first of theirs are not its own.
func (w *walk) hear() {
	if w.unheard() {
		w.answer.Flag, w.answer.Details, w.answer.LogLine = "", "", ""
	}
	l, ok := w.logOf(w.pods)
	if !ok {
		return
	}
	w.answer.Flag, w.answer.Details, w.answer.LogLine = l.Flag, l.Details, l.Line
	if l.Code != 0 {
		w.answer.Code = l.Code
	}
}
