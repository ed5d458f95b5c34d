package trace

import (
	"fmt"
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/match"
)

// managedCandidate says what a route of the Gateway API has to do with the
// request, by those of its parents that are this gateway's; what the others
// say of it does not matter here.
func (w *walk) managedCandidate(v object, parents []object) candidate {
	c := candidate{ref: v.Ref(), obj: v, hosts: v.Strs("spec", "hostnames")}
	own, listeners := w.attach(&c, parents)
	anyHost := len(c.hosts) == 0
	if anyHost {
		c.hosts = hostnames(listeners)
	}
	if len(own) > 0 || !anyHost {
		w.relate(&c)
	}
	if c.apart.Name != "" && c.fit == match.Exact && w.intended == nil {
		c.blame = c.apart // the route has the very host, and nobody here serves it
	}
	switch {
	case len(own) == 0 || c.relation != unrelated:
	case !c.attached:
		c.relation = orphaned
	case w.intended != nil && slices.ContainsFunc(own, func(o object) bool { return o.Ref() == w.intended.ref }):
		c.relation = alone
	}
	return c
}

// explainManaged adds what in a route's rules keeps the request out.
func (w *walk) explainManaged(view intent.View, c *candidate) {
	rules := view.Routes(c.obj)
	w.compiled(c, rules)
	for _, r := range rules {
		for _, why := range r.Refused {
			c.because(c.ref, why)
		}
	}
}

// attach reads the parentRefs that mean this gateway: its parents, the
// listeners on the request's port that take the route, and what keeps it
// from them.
func (w *walk) attach(c *candidate, parents []object) (own []object, listeners []server) {
	var wanted, elsewhere []string
	var refusals candidate
	for i, ref := range c.obj.Items("spec", "parentRefs") {
		wanted = append(wanted, intent.ParentName(c.obj, ref))
		for _, parent := range parents {
			if !intent.Means(c.obj, ref, parent) {
				continue
			}
			own = append(own, parent)
			a := w.attachment(c.obj, i, ref, parent)
			if a.Apart && len(refusals.why) == 0 {
				c.apart = parent.Ref()
			}
			refusals.because(a.Blame, a.Why)
			if why := refusedBy(c.obj, ref); a.Why == "" && why != "" {
				refusals.because(labs.Object{}, why)
				continue
			}
			for _, s := range w.serversOf(parent) {
				switch {
				case !slices.Contains(a.Listeners, s.Name):
				case s.Port == w.target.port:
					listeners = append(listeners, s)
				default:
					elsewhere = append(elsewhere, fmt.Sprintf("%s:%d", s.Name, s.Port))
				}
			}
			c.attached = c.attached || a.Why == ""
		}
	}
	switch {
	case len(own) == 0:
		c.because(c.ref, fmt.Sprintf("parentRefs %s name no Gateway of this gateway's pods", quoteAll(wanted)))
	case len(listeners) > 0 || c.attached && len(elsewhere) == 0:
	case c.attached:
		c.because(c.ref, fmt.Sprintf("is attached to listeners %s, to none on port %d", quoteAll(elsewhere), w.target.port))
	default:
		c.why, c.blame = refusals.why, refusals.blame
		if c.blame == c.ref {
			c.blame = labs.Object{}
		}
	}
	return own, listeners
}

// parents are what routes attach to here: the Gateways and ListenerSets of
// the pods, and of a waypoint the Service behind it.
func (w *walk) parents() []object {
	var out []object
	if w.front != nil {
		out = slices.Clone(w.front.parents)
	}
	if w.role == labs.RoleWaypoint && w.service != nil {
		out = append(out, w.service)
	}
	return out
}

// serversOf are those that one Gateway or ListenerSet declares.
func (w *walk) serversOf(owner object) []server {
	if w.front == nil {
		return nil
	}
	return w.front.byOwner[owner.Ref()]
}

// hostnames are those of listeners, for a route that has none of its own.
func hostnames(listeners []server) []string {
	var out []string
	for _, s := range listeners {
		out = append(out, s.Hosts...)
	}
	if len(out) == 0 {
		return []string{"*"}
	}
	return out
}

// refusedBy is what a route's status says of one parentRef: why it was not
// accepted, "" when it was.
func refusedBy(route, ref object) string {
	for _, st := range route.Items("status", "parents") {
		if !sameRef(route, st.Map("parentRef"), ref) {
			continue
		}
		c := condition(st.Items("conditions"), "Accepted")
		if c != nil && c.Str("status") != "True" {
			return fmt.Sprintf("Accepted %s: %s", c.Str("reason"), c.Str("message"))
		}
		return ""
	}
	return fmt.Sprintf("no controller has accepted it: parentRefs [%s]", intent.ParentName(route, ref))
}

func sameRef(route, a, b object) bool {
	return intent.ParentName(route, a) == intent.ParentName(route, b) &&
		a.Str("sectionName") == b.Str("sectionName") && a.Num("port") == b.Num("port")
}
