package trace

import (
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// dns asks whether the host's name leads to a gateway's address.
func (w *walk) dns() *report {
	r := newReport(labs.LayerDNS)
	r.fact("host", w.target.host)
	if w.connects(r) {
		return r
	}
	addresses := w.resolve(r)
	if len(addresses) > 0 {
		r.fact("address", addresses[0])
		r.fact("addresses", addresses)
	}
	w.findService(r, addresses)
	if r.decided() {
		return r
	}
	if w.target.address {
		r.offPath("the URL names an address")
		return r
	}
	r.healthy("%s → %s", w.target.host, strings.Join(addresses, ", "))
	return r
}

// connects: the client goes to an address that the request names, whatever the
// host resolves to. One that no gateway has is somebody's way to the gateway
// of the name.
func (w *walk) connects(r *report) bool {
	address := w.request.Connect
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	svc := w.serviceAt(address)
	if address == "" || w.request.Gateway != "" || !w.frontsGateway(svc) {
		return false
	}
	w.service = svc
	r.fact("address", address)
	r.see("Service %s/%s has %s", svc.Namespace(), svc.Name(), address)
	r.offPath("the request names its address, %s", address)
	return true
}

// zone is the object that holds the public names; none where they are the
// world's.
func (w *walk) zone() labs.Object {
	if w.snap.World {
		return labs.Object{}
	}
	return labs.Object{Kind: "ConfigMap", Namespace: snapshot.ZoneNamespace, Name: snapshot.ZoneName}
}

func (w *walk) resolve(r *report) []string {
	if w.target.address {
		return []string{w.target.host}
	}
	addresses := w.snap.Resolve(w.target.host)
	if len(addresses) == 0 && w.request.Gateway != "" {
		r.offPath("the request names its gateway, Service %s", w.request.Gateway)
		return nil
	}
	if len(addresses) == 0 && w.request.Connect != "" {
		r.offPath("the request names its address, %s", w.request.Connect)
		return nil
	}
	if why := w.missing("dns"); why != "" {
		r.unknown("%s", why)
		return nil
	}
	r.involve(w.zone())
	if len(addresses) > 0 {
		r.see("zone: %s A %s", w.target.host, strings.Join(addresses, ", "))
		return addresses
	}
	if w.intoCluster(r) {
		return nil
	}
	got := "no record for it"
	for _, owner := range slices.Sorted(maps.Keys(w.snap.Zone)) {
		if _, close := near(owner, w.target.host); close {
			got = "no record for it, but one for " + owner
		}
	}
	r.broken(w.zone(), "no address for \""+w.target.host+"\"", "an address record for "+w.target.host, got)
	return nil
}

// intoCluster: the host stands for a Service's own name, which only workloads
// can use: its address is one of the cluster.
func (w *walk) intoCluster(r *report) bool {
	svc := w.aliasService()
	if svc == nil {
		return false
	}
	w.service = svc
	want := "an outside address of " + svc.Ref().String() + ": " + quoteAll(snapshot.ServiceAddresses(svc))
	r.broken(w.zone(), w.target.host+" stands for a name that only the cluster knows", want, "an alias of "+quoteAll(w.snap.Aliases(w.target.host)))
	return true
}

// aliasService is the Service whose name in the cluster a public name stands
// for, nil when it stands for none.
func (w *walk) aliasService() object {
	for _, name := range w.snap.Aliases(w.target.host) {
		if s := intent.Service(w.index, name); s != nil {
			return s
		}
	}
	return nil
}
