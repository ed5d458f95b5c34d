package trace

import (
	"fmt"
	"slices"
	"strings"

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
	switch {
	case len(own) > 0 || !anyHost:
		w.relate(&c)
	case w.misspellsParent(v):
		c.relation, c.standing = nearly, keptOut
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

// misspellsParent says whether a route of Services names one that is not there,
// and nearly the one that was asked.
func (w *walk) misspellsParent(route object) bool {
	asked := w.service
	if w.role == labs.RoleSidecar {
		asked = w.serviceAt(w.dest)
	}
	return asked != nil && slices.ContainsFunc(route.Items("spec", "parentRefs"), func(ref object) bool {
		ns, name, _ := strings.Cut(intent.ParentName(route, ref), "/")
		_, close := near(name, asked.Name())
		return ref.Str("kind") == "Service" && ns == asked.Namespace() && close && w.index.Get("", "Service", ns, name) == nil
	})
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
	var refusals, here candidate
	for i, ref := range c.obj.Items("spec", "parentRefs") {
		wanted = append(wanted, intent.ParentName(c.obj, ref))
		for _, parent := range parents {
			if !intent.Means(c.obj, ref, parent) {
				continue
			}
			own = append(own, parent)
			a := w.attachment(c.obj, i, ref, parent)
			if at, refused := a.RefusedAt(w.target.port); refused {
				here.because(at.Blame, at.Why)
			}
			why, refused := a.Refused()
			if why.Apart && len(refusals.why) == 0 {
				c.apart = parent.Ref()
			}
			refusals.because(why.Blame, why.Why)
			if why := refusedBy(c.obj, ref); !refused && why != "" {
				refusals.because(labs.Object{}, why)
				continue
			}
			at, other := w.taking(parent, a.Listeners)
			listeners, elsewhere = append(listeners, at...), append(elsewhere, other...)
			c.attached = c.attached || !refused
		}
	}
	switch {
	case len(own) == 0:
		c.because(c.ref, fmt.Sprintf("parentRefs %s name no Gateway of this gateway's pods", quoteAll(wanted)))
	case len(listeners) > 0 || c.attached && len(elsewhere) == 0:
		c.standing = atPort
	case c.attached && len(here.why) > 0:
		c.keepOut(here)
	case c.attached:
		c.standing = atOtherPort
		c.because(c.ref, fmt.Sprintf("is attached to listeners %s, to none on port %d", quoteAll(elsewhere), w.target.port))
	default:
		c.keepOut(refusals)
	}
	return own, listeners
}

// keepOut notes what keeps a route from the listeners that it wants.
func (c *candidate) keepOut(by candidate) {
	c.standing, c.why, c.blame = keptOut, by.why, by.blame
	if c.blame == c.ref {
		c.blame = labs.Object{}
	}
}

// taking sorts the listeners of a parent that take a route: those on the
// request's port, and the others in words.
func (w *walk) taking(parent object, names []string) (here []server, elsewhere []string) {
	for _, s := range w.serversOf(parent) {
		switch {
		case !slices.Contains(names, s.Name):
		case s.Port == w.target.port:
			here = append(here, s)
		default:
			elsewhere = append(elsewhere, fmt.Sprintf("%s:%d", s.Name, s.Port))
		}
	}
	return here, elsewhere
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
