package trace

import (
	"net"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
)

// reachable says whether connections to the proxy's pods arrive at a listener:
// one that is bound to the loopback address takes only those of the pod itself.
func (w *walk) reachable(l envoy.Listener) bool {
	ip := net.ParseIP(l.Address)
	return ip == nil || !ip.IsLoopback()
}

// boundElsewhere: Envoy listens on the port, at an address where no client
// arrives, because a server of a Gateway says so.
func (w *walk) boundElsewhere(r *report, l envoy.Listener) {
	culprit := labs.Object{}
	if w.intended != nil {
		culprit = w.intended.ref
	}
	for _, s := range w.servers {
		if s.selects && s.Port == w.target.port && s.Bind == l.Address && (w.intended == nil || w.intended.Bind != l.Address) {
			culprit = s.ref
		}
	}
	r.broken(culprit, l.Name+" takes connections from within the pod only", "a listener at the pod's address", "bound to "+l.Address)
}

// unplaced says why a Gateway of the Gateway API that names its own pods, by
// spec.addresses, is on none of them: "" when it does not, or is.
func (s server) unplaced() string {
	if len(s.Owner.Items("spec", "addresses")) == 0 {
		return ""
	}
	c := condition(s.Owner.Items("status", "conditions"), "Programmed")
	if c.Str("status") != "False" || !slices.Contains([]string{"AddressNotUsable", "AddressNotAssigned", "UnsupportedAddress", "Invalid"}, c.Str("reason")) {
		return ""
	}
	return strings.TrimSpace(c.Str("reason") + ": " + c.Str("message"))
}
