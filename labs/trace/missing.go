package trace

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

// noCluster: the route names a cluster that Envoy does not have.
func (w *walk) noCluster(r *report, u upstream) {
	if w.refusedCluster(r, u) || w.unpatched(r, u) {
		return
	}
	culprit, want, got := w.whyNoCluster(u)
	r.broken(culprit, "Envoy has no cluster "+u.name, want, got)
}

func (w *walk) whyNoCluster(u upstream) (culprit labs.Object, want, got string) {
	culprit, want = w.routed.Ref(), "a destination that exists"
	const hidden = "networking.istio.io/exportTo"
	unresolved, alias, annotation := w.unresolved(), w.aliasOf(u.host), u.service.Labels("metadata", "annotations")[hidden]
	switch {
	case w.routed.Group() == gatewayAPI && unresolved != "":
		if grant := w.otherGrant(); grant != nil && strings.HasPrefix(unresolved, "RefNotPermitted") {
			return grant.Ref(), "a ReferenceGrant that lets " + culprit.String() + " refer there", unresolved
		}
		return culprit, want, unresolved
	case u.host == "":
		return culprit, want, "the route leads to " + u.name
	case u.service == nil && u.entry == nil && strings.HasSuffix(u.host, ".svc.cluster.local"):
		return culprit, want, w.noSuchService(u.host)
	case u.service != nil && !hasPort(u.service, u.port):
		return culprit, "a port of " + u.service.Ref().String(), fmt.Sprintf("port %d; the Service has %s", u.port, quoteAll(ports(u.service)))
	case u.entry != nil && w.hides(u.entry) != "":
		return u.entry.Ref(), want, u.entry.Ref().String() + " " + w.hides(u.entry)
	case u.entry != nil && !slices.Contains(entryPorts(u.entry), u.port):
		return culprit, fmt.Sprintf("port %d of %s", u.port, u.host), u.entry.Ref().String() + " has ports " + quoteAll(portTexts(u.entry))
	case alias != nil:
		return alias.Ref(), "a host that the mesh knows", alias.Ref().String() + " stands for " + u.host + w.similarEntry(u.host)
	case u.subset != "":
		return w.whyNoSubset(u)
	case annotation != "":
		return u.service.Ref(), want, "annotation " + hidden + ": " + annotation
	}
	return culprit, "a Service or ServiceEntry with host " + u.host, "nothing by the name " + u.host + w.similarEntry(u.host)
}

// noSuchService says that there is no Service of a host, or that it is not known.
func (w *walk) noSuchService(host string) string {
	_, namespace, _ := strings.Cut(strings.TrimSuffix(host, ".svc.cluster.local"), ".")
	if why := w.missingIn(namespace, "Service"); why != "" {
		return "whether there is a Service " + host + " is not known: " + why
	}
	return "there is no Service " + host + w.similarService(host)
}

// otherGrant is a ReferenceGrant beside a backend of the route, written for
// something else than this reference; nil when there is none.
func (w *walk) otherGrant() object {
	for _, rule := range w.routed.Items("spec", "rules") {
		for _, ref := range rule.Items("backendRefs") {
			for _, g := range w.index.All(gatewayAPI, "ReferenceGrant") {
				if g.Namespace() == ref.Str("namespace") && g.Namespace() != w.routed.Namespace() {
					return g
				}
			}
		}
	}
	return nil
}

// aliasOf is the Service of type ExternalName that stands for a host.
func (w *walk) aliasOf(host string) object {
	for _, s := range w.index.All("", "Service") {
		if s.Str("spec", "type") == "ExternalName" && s.Str("spec", "externalName") == host {
			return s
		}
	}
	return nil
}

// whyNoSubset tells a subset that nobody declares from one that is declared
// where this proxy does not look: in its own namespace, the Service's, the
// root's.
func (w *walk) whyNoSubset(u upstream) (culprit labs.Object, want, got string) {
	want = fmt.Sprintf("subset %q in a DestinationRule for %s", u.subset, u.host)
	for _, d := range w.index.All(istioNetworking, "DestinationRule") {
		if slices.Contains(subsets(d), u.subset) && match.Pattern(ruleHost(d), u.host) >= 0 && (u.rule == nil || u.rule.Ref() != d.Ref()) {
			why := "in namespace " + d.Namespace() + ", where this proxy does not look for it"
			if hidden := w.hides(d); hidden != "" {
				why = "which " + hidden
			} else if u.rule != nil && w.looksIn(d.Namespace(), u.host) {
				return u.rule.Ref(), want, d.Ref().String() + " has it, but " + u.rule.Ref().String() + " goes before it"
			}
			return d.Ref(), want, d.Ref().String() + " has it, " + why
		}
	}
	for _, d := range w.index.All(istioNetworking, "DestinationRule") {
		if slices.Contains(subsets(d), u.subset) && w.misspells(ruleHost(d), u) {
			return d.Ref(), want, d.Ref().String() + " has it, for host " + ruleHost(d) + ", which the mesh does not know"
		}
	}
	if u.rule == nil {
		return w.routed.Ref(), want, "no DestinationRule for it"
	}
	if want += ": " + u.rule.Ref().String() + " has " + quoteAll(subsets(u.rule)); w.labelled(u) {
		return u.rule.Ref(), want, "there are pods of that label, and no subset for them"
	}
	return w.routed.Ref(), want, w.routed.Ref().String() + " leads to subset " + u.subset
}

// labelled says whether pods of the Service have a label of the subset's name:
// then the subset is wanted, and its rule lacks it.
func (w *walk) labelled(u upstream) bool {
	return u.service != nil && slices.ContainsFunc(w.podsOf(u.service.Namespace(), u.service.Labels("spec", "selector")), func(p object) bool {
		return slices.Contains(slices.Collect(maps.Values(p.Labels("metadata", "labels"))), u.subset)
	})
}

// similarEntry proposes the nearest host of a ServiceEntry.
func (w *walk) similarEntry(host string) string {
	if e, h := w.nearEntry(host); e != nil {
		return ", but " + e.Ref().String() + " has " + h
	}
	return ""
}

func (w *walk) unresolved() string {
	for _, st := range w.routed.Items("status", "parents") {
		if c := condition(st.Items("conditions"), "ResolvedRefs"); c.Str("status") == "False" {
			return c.Str("reason") + ": " + c.Str("message")
		}
	}
	return ""
}

// similarService proposes the nearest Service: in the same namespace before
// another one, else by letters.
func (w *walk) similarService(host string) string {
	asked, namespace, _ := strings.Cut(strings.TrimSuffix(host, ".svc.cluster.local"), ".")
	out, top := "", -1
	for _, s := range w.index.All("", "Service") {
		d, close := near(s.Name(), asked)
		if s.Namespace() != namespace {
			e, other := near(s.Namespace(), namespace)
			d, close = d+e, close && (other || d == 0)
		}
		if close && (top < 0 || d < top) {
			out, top = ", but "+s.Ref().String(), d
		}
	}
	return out
}

func ports(s object) []string {
	var out []string
	for _, p := range s.Items("spec", "ports") {
		out = append(out, strconv.Itoa(p.Num("port")))
	}
	return out
}

func hasPort(s object, port int) bool { return slices.Contains(ports(s), strconv.Itoa(port)) }

func subsets(rule object) []string {
	var out []string
	for _, s := range rule.Items("spec", "subsets") {
		out = append(out, s.Str("name"))
	}
	return out
}

// noEndpoints: the cluster is there and empty, or nothing in it is healthy.
func (w *walk) noEndpoints(r *report, u upstream) {
	all := w.config.Endpoints[u.name]
	summary := "no healthy endpoint in " + u.name
	for _, e := range all {
		if len(e.Failed) > 0 {
			r.broken(u.rule.Ref(), summary, "a healthy endpoint", fmt.Sprintf("%s: %s", e.Address, strings.Join(e.Failed, ", ")))
			return
		}
	}
	if u.cluster.Warming && w.missingUpstreamSecret(r, u) {
		return
	}
	waypoint := w.emptyWaypoint(u)
	whole := strings.Replace(u.name, "|"+u.subset+"|", "||", 1)
	switch {
	case u.subset != "" && u.rule != nil && (len(w.readyEndpoints(u.service, nil)) > 0 || w.healthyCount(whole) > 0):
		r.broken(u.rule.Ref(), summary, fmt.Sprintf("ready endpoints with the labels of subset %q", u.subset), "none")
	case u.service == nil && u.entry != nil:
		r.broken(u.entry.Ref(), summary, "an address for "+u.host, w.entryAddresses(u.entry))
	case u.service == nil:
		r.broken(w.routed.Ref(), summary, "an address for "+u.host, "none")
	case u.service.Str("spec", "type") == "ExternalName":
		r.broken(u.service.Ref(), summary, "an address for "+u.service.Str("spec", "externalName"), "none")
	case waypoint != nil:
		r.broken(waypoint.Ref(), summary, "a ready pod of the waypoint that "+u.service.Ref().String()+" is bound to", "none")
	default:
		culprit, want, got := w.whyNoEndpoints(u.service)
		r.broken(culprit, summary, want, got)
	}
}

func (w *walk) entryAddresses(e object) string {
	resolution := e.Str("spec", "resolution")
	if resolution == "" {
		resolution = "NONE"
	}
	return fmt.Sprintf("%s: resolution %s, %s", e.Ref(), resolution, count(len(e.Items("spec", "endpoints")), "endpoint"))
}
