package intent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Attachment is what comes of one parentRef of a route.
type Attachment struct {
	Listeners []string // that take the route
	Refusals  []Refusal
}

// Refusal is why one listener of a parent, or the parent as a whole, does not
// take a route.
type Refusal struct {
	Port  int // of the listener, 0 for the whole parent
	Why   string
	Blame labs.Object // whose word that is, when not the route's
	Meets bool        // they have a host name in common
	Apart bool        // that they have none is why
}

// Refused is the first refusal when no listener takes the route.
func (a Attachment) Refused() (Refusal, bool) {
	if len(a.Listeners) > 0 || len(a.Refusals) == 0 {
		return Refusal{}, false
	}
	return a.Refusals[0], true
}

// RefusedAt is the first word against the route of those who listen on a port
// and have a host of it; false when there is none.
func (a Attachment) RefusedAt(port int) (Refusal, bool) {
	i := slices.IndexFunc(a.Refusals, func(r Refusal) bool { return r.Port == port && r.Meets })
	if i < 0 {
		return Refusal{}, false
	}
	return a.Refusals[i], true
}

// Means says whether a parentRef of a route means an object: a Gateway, a
// ListenerSet or a Service.
func Means(route, ref, parent object) bool {
	group, kind := gatewayAPI, ref.Str("kind")
	if ref.Has("group") {
		group = ref.Str("group")
	}
	if kind == "" {
		kind = "Gateway"
	}
	return parent.Group() == group && parent.Kind() == kind && parent.Namespace()+"/"+parent.Name() == ParentName(route, ref)
}

// ParentName is what a parentRef of a route names, "namespace/name".
func ParentName(route, ref object) string {
	ns := ref.Str("namespace")
	if ns == "" {
		ns = route.Namespace()
	}
	return ns + "/" + ref.Str("name")
}

// Attach says which listeners of a parent take a route by a parentRef: those
// of its section name and port that admit its kind and namespace, and have a
// hostname in common with it.
func Attach(ix snapshot.Index, route, ref, parent object) Attachment {
	var out Attachment
	if parent.Kind() == "Service" {
		return out // it has no listeners, and takes all
	}
	if strings.HasSuffix(parent.Kind(), "ListenerSet") {
		if blame, why := AdmitsSet(ix, parent); why != "" {
			out.Refusals = []Refusal{{Why: blame.String() + " " + why, Blame: blame}}
			return out
		}
	}
	var have []string
	section, port := ref.Str("sectionName"), ref.Num("port")
	asked := slices.DeleteFunc(slices.Clone(parent.Items("spec", "listeners")), func(l object) bool {
		have = append(have, fmt.Sprintf("%s:%d", l.Str("name"), l.Num("port")))
		return section != "" && l.Str("name") != section || port != 0 && l.Num("port") != port
	})
	if len(asked) == 0 {
		what := fmt.Sprintf("sectionName %q", section)
		if section == "" {
			what = fmt.Sprintf("port %d", port)
		}
		out.Refusals = []Refusal{{Why: fmt.Sprintf("%s is no listener of %s, which has [%s]", what, parent.Ref(), strings.Join(have, " "))}}
		return out
	}
	for _, l := range asked {
		if refusal := refuses(ix, route, parent, l); refusal.Why != "" {
			refusal.Port = l.Num("port")
			out.Refusals = append(out.Refusals, refusal)
			continue
		}
		out.Listeners = append(out.Listeners, l.Str("name"))
	}
	return out
}

// refuses is why a listener does not take a route; without words it does.
func refuses(ix snapshot.Index, route, parent, l object) Refusal {
	name := fmt.Sprintf("listener %q of %s ", l.Str("name"), parent.Ref())
	hosts := route.Strs("spec", "hostnames")
	blame, why := admits(ix, route, parent, l)
	switch common := meets(l, hosts); {
	case conflict(parent, l) != "":
		return Refusal{Why: name + conflict(parent, l), Blame: parent.Ref(), Meets: common}
	case why != "":
		return Refusal{Why: name + why, Blame: blame, Meets: common}
	case !common:
		return Refusal{Why: fmt.Sprintf("%sserves hostname %s, none of [%s]", name, l.Str("hostname"), strings.Join(hosts, " ")), Apart: true}
	}
	return Refusal{}
}

// conflict is what the status says of a listener whose port and host another
// one has, which goes before it; "" when none does.
func conflict(parent, listener object) string {
	for _, c := range statusOf(parent, listener.Str("name")) {
		if c.Str("type") == "Conflicted" && c.Str("status") == "True" {
			return "is left out: " + c.Str("reason") + ": " + c.Str("message")
		}
	}
	return ""
}

func meets(listener object, hosts []string) bool {
	own := listener.Str("hostname")
	return own == "" || len(hosts) == 0 || slices.ContainsFunc(hosts, func(h string) bool { return match.Meet(own, h) })
}

// admits says why a listener takes no route of that kind or namespace, and
// whose word that is.
func admits(ix snapshot.Index, route, parent, l object) (labs.Object, string) {
	var kinds []string
	for _, k := range l.Items("allowedRoutes", "kinds") {
		kinds = append(kinds, k.Str("kind"))
	}
	blame := parent.Ref()
	if len(kinds) == 0 {
		kinds, blame = kindsOf(l), labs.Object{}
	}
	if !slices.Contains(kinds, route.Kind()) {
		return blame, fmt.Sprintf("admits [%s] only", strings.Join(kinds, " "))
	}
	home := route.Namespace()
	switch from := l.Str("allowedRoutes", "namespaces", "from"); from {
	case "All":
	case "Selector":
		ns := ix.Get("", "Namespace", "", home)
		if !selects(l.Map("allowedRoutes", "namespaces", "selector"), ns.Labels("metadata", "labels")) {
			return unlabelled(ns, l.Map("allowedRoutes", "namespaces", "selector"), parent), "admits namespaces by their labels, and " + home + " has not those"
		}
	case "None":
		return parent.Ref(), "admits routes of no namespace"
	default:
		if home != parent.Namespace() {
			return parent.Ref(), "admits routes of its own namespace only, not of " + home
		}
	}
	return labs.Object{}, ""
}

// unlabelled is who is to blame where a selector does not choose a namespace:
// the namespace, but where it goes by the name, which nobody can change.
func unlabelled(namespace, selector, owner object) labs.Object {
	if _, byName := selector.Labels("matchLabels")["kubernetes.io/metadata.name"]; byName || namespace == nil {
		return owner.Ref()
	}
	return namespace.Ref()
}

// kindsOf are the kinds that a listener admits when it does not say.
func kindsOf(l object) []string {
	switch l.Str("protocol") {
	case "TCP":
		return []string{"TCPRoute"}
	case "UDP":
		return []string{"UDPRoute"}
	case "TLS":
		if l.Str("tls", "mode") == "Passthrough" {
			return []string{"TLSRoute"}
		}
		return []string{"TLSRoute", "TCPRoute"}
	}
	return []string{"HTTPRoute", "GRPCRoute"}
}

// selects evaluates a label selector; an empty one selects all.
func selects(selector object, labels map[string]string) bool {
	for k, v := range selector.Labels("matchLabels") {
		if have, ok := labels[k]; !ok || have != v {
			return false
		}
	}
	for _, e := range selector.Items("matchExpressions") {
		value, has := labels[e.Str("key")]
		in := has && slices.Contains(e.Strs("values"), value)
		ok := map[string]bool{"In": in, "NotIn": !in, "Exists": has, "DoesNotExist": !has}[e.Str("operator")]
		if !ok {
			return false
		}
	}
	return true
}

// AdmitsSet says why the Gateway of a ListenerSet does not take it, and whose
// word that is; "" when it does. A Gateway that does not say takes none.
func AdmitsSet(ix snapshot.Index, set object) (labs.Object, string) {
	ref := set.Map("spec", "parentRef")
	ns, name, _ := strings.Cut(ParentName(set, ref), "/")
	gateway := ix.Get(gatewayAPI, "Gateway", ns, name)
	if gateway == nil {
		return set.Ref(), "is of Gateway " + ns + "/" + name + ", which does not exist"
	}
	switch gateway.Str("spec", "allowedListeners", "namespaces", "from") {
	case "All":
	case "Same":
		if set.Namespace() != ns {
			return gateway.Ref(), "admits ListenerSets of its own namespace only, not of " + set.Namespace()
		}
	case "Selector":
		home := ix.Get("", "Namespace", "", set.Namespace())
		if !selects(gateway.Map("spec", "allowedListeners", "namespaces", "selector"), home.Labels("metadata", "labels")) {
			if blame := unlabelled(home, gateway.Map("spec", "allowedListeners", "namespaces", "selector"), gateway); blame == gateway.Ref() {
				return blame, "admits ListenerSets of a namespace of another name than " + set.Namespace()
			}
			return home.Ref(), "has not the labels by which " + gateway.Ref().String() + " admits ListenerSets"
		}
	default:
		return gateway.Ref(), "admits no ListenerSets: allowedListeners is left out or None"
	}
	return labs.Object{}, ""
}
