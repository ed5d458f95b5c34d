package match

import (
	"fmt"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// Listener chooses the listener of a connection that was redirected to Envoy
// on its way to an address: the one of that address and port, else the one of
// the port on every address, else the one that it was redirected to, which is
// the listener on the port through.
func Listener(c *envoy.Config, through int, address string, port int) (*envoy.Listener, Result) {
	var wild, own *envoy.Listener
	for i := range c.Listeners {
		l := &c.Listeners[i]
		switch {
		case l.Static || l.Internal || l.Direction == "INBOUND" && l.Port != through:
		case l.Port == port && l.Address == address:
			return l, yes()
		case l.Port == port && port != through && (l.Address == "0.0.0.0" || l.Address == "::"):
			wild = l
		case l.Port == through:
			own = l
		}
	}
	if own == nil {
		return nil, no(fmt.Sprintf("Envoy does not listen on %d, where connections are redirected to", through))
	}
	if wild != nil {
		return wild, yes()
	}
	return own, yes()
}
