package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// findService finds the gateway's Service: the one the request names, else
// the one that has the address.
func (w *walk) findService(r *report, addresses []string) {
	if ns, name, ok := strings.Cut(w.request.Gateway, "/"); ok {
		w.service = w.index.Get("", "Service", ns, name)
		w.besideDNS(r, addresses)
		return
	}
	if s := w.serviceOutside(slices.Concat(addresses, w.snap.Aliases(w.target.host))); s != nil {
		w.service = s
		r.see("Service %s/%s has %s", s.Namespace(), s.Name(), strings.Join(w.outside(s), ", "))
		w.strays(r, addresses)
		w.servedElsewhere(r)
		return
	}
	if len(addresses) > 0 {
		w.leadsNowhere(r, addresses)
	}
	if w.service == nil && w.missing("Service") == "" {
		w.service = w.likelyService()
	}
}

// besideDNS: the request names its gateway, wherever the name leads.
func (w *walk) besideDNS(r *report, addresses []string) {
	if w.service == nil {
		return
	}
	own, unresolved := w.snap.Outside(w.service)
	if len(addresses) == 0 || overlap(addresses, own) || w.balancerUnknown(r, unresolved) {
		return
	}
	r.offPath("the request names its gateway, Service %s; %s leads to %s", w.request.Gateway, w.target.host, strings.Join(addresses, ", "))
}

// leadsNowhere: no Service has the address, unless a load balancer of unknown
// address does, or the name is a gateway's that the outside cannot reach.
func (w *walk) leadsNowhere(r *report, addresses []string) {
	var known, names []string
	for _, s := range w.index.All("", "Service") {
		own, unresolved := w.snap.Outside(s)
		names = append(names, unresolved...)
		for _, a := range own {
			known = append(known, a+" (Service "+s.Namespace()+"/"+s.Name()+")")
		}
	}
	if why := w.missing("Service"); why != "" {
		r.unknown("%s", why)
		return
	}
	if w.balancerUnknown(r, names) {
		return
	}
	if w.service = w.hidden(); w.service != nil {
		r.see("no Service has %s; the gateway of the name is behind %s", strings.Join(addresses, ", "), w.service.Ref())
		return
	}
	want := "the address of a gateway's Service: " + quoteAll(known)
	if len(known) == 0 {
		want = "the address of a gateway's Service; none has one"
	}
	culprit := w.zone()
	if w.target.address {
		culprit = labs.Object{}
	}
	r.broken(culprit, w.target.host+" leads to no gateway", want, strings.Join(addresses, ", "))
	r.certain = true
}

// balancerUnknown: a load balancer has a name in place of an address, and what
// the name resolves to was not seen: the host may well lead there.
func (w *walk) balancerUnknown(r *report, names []string) bool {
	if len(names) == 0 || w.target.address {
		return false
	}
	r.unknown("whether %s leads to a gateway is not known: load balancers are called %s, and what that resolves to was not seen", w.target.host, quoteAll(names))
	return true
}

// strays are addresses of the name that no Service has: every client that
// draws one of them fails.
func (w *walk) strays(r *report, addresses []string) {
	if w.missing("Service") != "" {
		return // one that was not seen may have it
	}
	for _, a := range addresses {
		if w.serviceAt(a) == nil && !w.target.address {
			r.broken(w.zone(), "one of the addresses of "+w.target.host+" leads to no gateway",
				"addresses of "+w.service.Ref().String()+" only: "+quoteAll(w.outside(w.service)), strings.Join(addresses, ", "))
			r.certain = true
			return
		}
	}
	for _, a := range addresses {
		s := w.serviceAt(a)
		if s == nil || s.Ref() == w.service.Ref() || w.target.address || !w.frontsGateway(s) || w.serves(s) || !w.serves(w.service) {
			continue
		}
		r.broken(w.zone(), fmt.Sprintf("one of the addresses of %s leads to %s, which does not serve it", w.target.host, s.Ref()),
			"addresses of "+w.service.Ref().String()+" only: "+quoteAll(snapshot.ServiceAddresses(w.service)), strings.Join(addresses, ", "))
		r.certain = true
		return
	}
}

// servedElsewhere: the name leads to a gateway that does not serve it, while
// another gateway of the cluster does.
func (w *walk) servedElsewhere(r *report) {
	if w.target.address || !w.frontsGateway(w.service) || w.serves(w.service) || w.missing("Gateway", "ListenerSet", "VirtualService", "HTTPRoute", "GRPCRoute", "TLSRoute") != "" {
		return // it serves it, or may for all that was seen
	}
	for _, s := range w.index.All("", "Service") {
		own := w.outside(s)
		if len(own) == 0 || s.Ref() == w.service.Ref() || !w.frontsGateway(s) || !w.serves(s) {
			continue
		}
		r.broken(w.zone(), fmt.Sprintf("%s leads to %s, which does not serve it", w.target.host, w.service.Ref()),
			"an address of "+s.Ref().String()+", whose gateway does: "+quoteAll(own), strings.Join(w.outside(w.service), ", "))
		r.certain = true
		return
	}
}

// strayedByName: another server answered since the name leads to a gateway
// that takes any host, while another gateway serves this one by its name.
func (w *walk) strayedByName(want labs.Object, got object) bool {
	r := w.report(labs.LayerDNS)
	if w.role != labs.RoleGateway || w.previous != nil || w.target.address || r.Verdict != labs.Healthy || w.request.Gateway != "" || w.routesByName(w.service) {
		return false
	}
	for _, s := range w.index.All("", "Service") {
		own := snapshot.ServiceAddresses(s)
		if len(own) == 0 || s.Ref() == w.service.Ref() || !w.frontsGateway(s) || !w.routesByName(s) {
			continue
		}
		r.override(w.zone(), fmt.Sprintf("%s leads to %s, which answers any host; another server answered", w.target.host, w.service.Ref()),
			"an address of "+s.Ref().String()+", which leads to "+want.String()+": "+quoteAll(own), w.ownerOf(got).String()+" at "+strings.Join(snapshot.ServiceAddresses(w.service), ", "))
		return true
	}
	return false
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
