package trace

import (
	"fmt"
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
)

// managedCandidate judges a route of the Gateway API, by those of its parents
// that are this gateway's; what the others say of it does not matter here.
func (w *walk) managedCandidate(view intent.View, v object) candidate {
	c := candidate{ref: v.Ref(), obj: v, hosts: v.Strs("spec", "hostnames")}
	own, listeners := w.attach(&c)
	anyHost := len(c.hosts) == 0
	if anyHost {
		c.hosts = hostnames(listeners)
	}
	reasons := c.why
	c.why = nil
	if len(own) > 0 || !anyHost {
		w.relate(&c)
	}
	c.why = append(c.why, reasons...)
	switch {
	case len(own) == 0 || c.relation != unrelated:
	case !c.attached:
		c.relation = orphaned
	case slices.ContainsFunc(own, w.hangs):
		c.relation = alone
	}
	rules := view.Routes(v)
	w.compiled(&c, rules)
	for _, r := range rules {
		for _, why := range r.Refused {
			c.because(c.ref, why)
		}
	}
	return c
}

// attach reads the parentRefs that mean this gateway: its parents, the
// listeners on the request's port that take the route, and what keeps it
// from them.
func (w *walk) attach(c *candidate) (own []object, listeners []server) {
	var wanted, elsewhere []string
	var refusals candidate
	for _, ref := range c.obj.Items("spec", "parentRefs") {
		wanted = append(wanted, intent.ParentName(c.obj, ref))
		for _, parent := range w.parents() {
			if !intent.Means(c.obj, ref, parent) {
				continue
			}
			own = append(own, parent)
			a := intent.Attach(w.index, c.obj, ref, parent)
			refusals.because(a.Blame, a.Why)
			if why := refusedBy(c.obj, ref); a.Why == "" && why != "" {
				refusals.because(labs.Object{}, why)
				continue
			}
			for _, s := range w.servers {
				switch {
				case s.owner.Ref() != parent.Ref() || !slices.Contains(a.Listeners, s.name):
				case s.port == w.target.port:
					listeners = append(listeners, s)
				default:
					elsewhere = append(elsewhere, fmt.Sprintf("%s:%d", s.name, s.port))
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
	add := func(o object) {
		if !slices.ContainsFunc(out, func(have object) bool { return have.Ref() == o.Ref() }) {
			out = append(out, o)
		}
	}
	for _, s := range w.servers {
		if s.selects && !s.classic {
			add(s.owner)
		}
	}
	if w.role == labs.RoleWaypoint && w.service != nil {
		add(w.service)
	}
	return out
}

// hostnames are those of listeners, for a route that has none of its own.
func hostnames(listeners []server) []string {
	var out []string
	for _, s := range listeners {
		out = append(out, s.hosts...)
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
