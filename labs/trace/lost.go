package trace

import (
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

// loser is to blame where a VirtualService has a rule for the request that comes
// to nothing while others of it work: the delegate that it hands on to, unless
// that is not there.
func (w *walk) loser(ref labs.Object) labs.Object {
	v := w.index.Get(ref.Group, ref.Kind, ref.Namespace, ref.Name)
	if ref.Kind != "VirtualService" || v == nil {
		return labs.Object{}
	}
	for _, rule := range w.view().HTTP(v) {
		if rule.Loses(w.asked()) {
			return rule.Blame
		}
	}
	return labs.Object{}
}

// besideServerName is to blame where nobody takes the authority. A route of it
// with nothing against it is asked in vain when the connection was made for
// another name: then the Gateway, which keeps the two names apart.
func (w *walk) besideServerName(meant candidate) labs.Object {
	other := w.target.tls && w.target.sni != "" && w.target.sni != match.WithoutPort(w.target.authority)
	if owner := w.gatewayOf(*w.chain); other && len(meant.why) == 0 && owner.Name != "" {
		return owner
	}
	return meant.culprit()
}
