package trace

import (
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// clientDNS asks what the workload resolves the host to.
func (w *walk) clientDNS() *report {
	r := newReport(labs.LayerDNS)
	r.fact("host", w.target.host)
	if len(w.pods) == 0 {
		w.noClient(r)
		return r
	}
	addresses := w.clientAddresses(r)
	if len(addresses) > 0 {
		w.dest = addresses[0]
		r.fact("address", addresses[0])
		r.fact("addresses", addresses)
	}
	switch {
	case r.decided():
	case w.target.address:
		r.offPath("the URL names an address")
	case len(addresses) > 0:
		r.healthy("%s → %s", w.target.host, strings.Join(addresses, ", "))
	case w.answer.Observed && w.answer.Error != "dns":
		r.unknown("what %s resolved %s to was not seen", w.client, w.target.host)
	default:
		r.involve(w.zone())
		r.broken(w.zone(), "no address for \""+w.target.host+"\"", "an address record for "+w.target.host, "none")
	}
	return r
}

// noClient: who asks is not there, or pods were not looked at.
func (w *walk) noClient(r *report) {
	namespace, _, _ := strings.Cut(w.request.From, "/")
	if why := w.missingIn(namespace, "Pod"); why != "" {
		r.unknown("%s", why)
		return
	}
	r.unknown("there is no running pod of %s", w.client)
}

// clientAddresses are what the workload itself resolved, else what the
// cluster's DNS would say: a Service's address, else the public zone's.
func (w *walk) clientAddresses(r *report) []string {
	if w.target.address {
		return []string{w.target.host}
	}
	if a := w.snap.Resolved[w.request.Name]; len(a) > 0 {
		r.see("%s resolved %s to %s", w.client, w.target.host, strings.Join(a, ", "))
		return a
	}
	if s := w.namedService(w.target.host); s != nil {
		if why := w.missingIn(s.Namespace(), "Service"); why != "" {
			r.unknown("%s", why)
			return nil
		}
		if ips := clusterIPs(s); len(ips) > 0 {
			return ips
		}
		return hostsOf(w.readyEndpoints(s, nil))
	}
	if why := w.missing("dns"); why != "" {
		r.unknown("%s", why)
		return nil
	}
	r.involve(w.zone())
	if s := w.aliasService(); s != nil && len(w.snap.Resolve(w.target.host)) == 0 {
		return clusterIPs(s) // a workload's resolver goes on from the public name into the cluster
	}
	return w.snap.Resolve(w.target.host)
}

// namedService is the Service that a name means to the workload: "svc",
// "svc.ns", "svc.ns.svc" or the whole.
func (w *walk) namedService(host string) object {
	short := strings.TrimSuffix(strings.TrimSuffix(host, ".cluster.local"), ".svc")
	name, ns, dotted := strings.Cut(short, ".")
	if !dotted && len(w.pods) > 0 {
		ns = w.pods[0].Namespace()
	}
	return w.index.Get("", "Service", ns, name)
}
