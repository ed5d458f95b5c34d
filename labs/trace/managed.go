package trace

import (
	"fmt"
	"strings"
)

// managedCandidate judges a route of the Gateway API.
func (w *walk) managedCandidate(v object) (candidate, bool) {
	c := candidate{ref: v.ref(), obj: v, hosts: v.strs("spec", "hostnames")}
	attached, names, why := w.parents(v)
	if len(c.hosts) > 0 {
		score, reason := w.hostScore(c.hosts)
		c.score = score
		if reason != "" {
			c.why = append(c.why, reason)
		}
	} else if names {
		c.score = hostNamed
	}
	c.why = append(c.why, why...)
	if names && c.score == 0 && !attached {
		c.score = hostOrphan
	}
	if c.score == 0 {
		return c, false
	}
	if names {
		c.score += attachedToo
	}
	c.dest = w.managedClusters(v)
	return c, true
}

// parents reads a route's attachment: whether a Gateway of this gateway's
// pods took it, whether it names one, and what its status says otherwise.
func (w *walk) parents(v object) (attached, names bool, why []string) {
	var wanted []string
	for _, p := range v.items("spec", "parentRefs") {
		ns := p.str("namespace")
		if ns == "" {
			ns = v.namespace()
		}
		wanted = append(wanted, ns+"/"+p.str("name"))
		names = names || w.isOwn(ns, p.str("name"))
	}
	if !names {
		return false, false, []string{fmt.Sprintf("parentRefs %s name no Gateway of this gateway's pods", quoteAll(wanted))}
	}
	states := v.items("status", "parents")
	for _, st := range states {
		for _, kind := range []string{"Accepted", "ResolvedRefs"} {
			c := condition(st.items("conditions"), kind)
			if c != nil && c.str("status") != "True" {
				why = append(why, fmt.Sprintf("%s %s: %s", kind, c.str("reason"), c.str("message")))
			}
		}
		if c := condition(st.items("conditions"), "Accepted"); c.str("status") == "True" {
			attached = true
		}
	}
	if len(states) == 0 {
		why = append(why, fmt.Sprintf("no controller has accepted it: parentRefs %s", quoteAll(wanted)))
	}
	return attached, true, why
}

func (w *walk) isOwn(namespace, name string) bool {
	for _, s := range w.servers {
		if s.selects && s.owner.namespace() == namespace && s.owner.name() == name {
			return true
		}
	}
	return false
}

func (w *walk) managedClusters(v object) []string {
	var first []string
	for _, rule := range v.items("spec", "rules") {
		var out []string
		for _, b := range rule.items("backendRefs") {
			ns := b.str("namespace")
			if ns == "" {
				ns = v.namespace()
			}
			out = append(out, fmt.Sprintf("outbound|%d||%s.%s.svc.cluster.local", b.num("port"), b.str("name"), ns))
		}
		if w.managedRule(rule) {
			return out
		}
		if first == nil {
			first = out
		}
	}
	return first
}

// managedRule says whether a rule's path, method and headers may take the
// request.
func (w *walk) managedRule(rule object) bool {
	matches := rule.items("matches")
	if len(matches) == 0 {
		return true
	}
	for _, m := range matches {
		kind, value := m.str("path", "type"), m.str("path", "value")
		path := pathOnly(w.target.path)
		ok := value == "" || kind == "Exact" && path == value ||
			kind == "RegularExpression" && whole(value, path) ||
			(kind == "" || kind == "PathPrefix") && (path == value || strings.HasPrefix(path, strings.TrimSuffix(value, "/")+"/"))
		if want := m.str("method"); want != "" && want != w.target.method {
			ok = false
		}
		for _, h := range m.items("headers") {
			if w.target.headers[strings.ToLower(h.str("name"))] != h.str("value") {
				ok = false
			}
		}
		if ok {
			return true
		}
	}
	return false
}
