package trace

import (
	"slices"
	"strings"
)

// callerHere is the request as this proxy's own policies see it.
func (w *walk) callerHere() caller {
	c := caller{target: w.target, port: w.targetPort, source: w.answer.Source, tcp: w.chain != nil && !w.chain.HTTP}
	switch p := w.previous; {
	case p == nil:
	case w.target.mesh:
		c.principal = p.principal()
	default:
		c.hidden, c.plain = p.principal(), p.last().rule
	}
	return c
}

// callerAt is the request as the policies beside the server see it.
func (w *walk) callerAt(u upstream) caller {
	c := caller{target: w.target, tcp: w.opaque(u)}
	if len(u.pods) > 0 {
		c.port = w.podPort(u, u.pods[0])
	}
	switch mode := u.cluster.Mode(); {
	case mode == "ISTIO_MUTUAL" || mode == "AUTO":
		c.principal = w.principal()
	default:
		c.hidden, c.plain = w.principal(), u.rule
	}
	if len(u.pods) > 0 {
		if want, by := w.peerTLS(u.pods[0], c.port); want == "DISABLE" {
			c.principal, c.hidden, c.plain = "", w.principal(), by
		}
	}
	if len(w.pods) > 0 {
		c.source = w.pods[0].Str("status", "podIP")
	}
	return c
}

// principal is the identity of this proxy in the mesh.
func (w *walk) principal() string {
	if len(w.pods) == 0 {
		return ""
	}
	account := w.account()
	return "cluster.local/ns/" + account.Namespace + "/sa/" + account.Name
}

// opaque says whether the Service declares the port as one that is not HTTP.
func (w *walk) opaque(u upstream) bool {
	for _, p := range u.service.Items("spec", "ports") {
		if p.Num("port") != u.port {
			continue
		}
		protocol := p.Str("appProtocol")
		if protocol == "" {
			protocol, _, _ = strings.Cut(p.Str("name"), "-")
		}
		return slices.Contains([]string{"tcp", "tls", "https", "mongo", "mysql", "redis"}, strings.ToLower(protocol))
	}
	return false
}
