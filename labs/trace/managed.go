package trace

import (
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs/match"
)

// managedCandidate judges a route of the Gateway API.
func (w *walk) managedCandidate(v object) (candidate, bool) {
	c := candidate{ref: v.Ref(), obj: v, hosts: v.Strs("spec", "hostnames")}
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
	for _, p := range v.Items("spec", "parentRefs") {
		ns := p.Str("namespace")
		if ns == "" {
			ns = v.Namespace()
		}
		wanted = append(wanted, ns+"/"+p.Str("name"))
		names = names || w.isOwn(ns, p.Str("name"))
	}
	if !names {
		return false, false, []string{fmt.Sprintf("parentRefs %s name no Gateway of this gateway's pods", quoteAll(wanted))}
	}
	states := v.Items("status", "parents")
	for _, st := range states {
		for _, kind := range []string{"Accepted", "ResolvedRefs"} {
			c := condition(st.Items("conditions"), kind)
			if c != nil && c.Str("status") != "True" {
				why = append(why, fmt.Sprintf("%s %s: %s", kind, c.Str("reason"), c.Str("message")))
			}
		}
		if c := condition(st.Items("conditions"), "Accepted"); c.Str("status") == "True" {
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
		if s.selects && s.owner.Namespace() == namespace && s.owner.Name() == name {
			return true
		}
	}
	return false
}

func (w *walk) managedClusters(v object) []string {
	var first []string
	for _, rule := range v.Items("spec", "rules") {
		var out []string
		for _, b := range rule.Items("backendRefs") {
			ns := b.Str("namespace")
			if ns == "" {
				ns = v.Namespace()
			}
			out = append(out, fmt.Sprintf("outbound|%d||%s.%s.svc.cluster.local", b.Num("port"), b.Str("name"), ns))
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
	matches := rule.Items("matches")
	if len(matches) == 0 {
		return true
	}
	for _, m := range matches {
		kind, value := m.Str("path", "type"), m.Str("path", "value")
		path := match.PathOnly(w.target.path)
		ok := value == "" || kind == "Exact" && path == value ||
			kind == "RegularExpression" && whole(value, path) ||
			(kind == "" || kind == "PathPrefix") && (path == value || strings.HasPrefix(path, strings.TrimSuffix(value, "/")+"/"))
		if want := m.Str("method"); want != "" && want != w.target.method {
			ok = false
		}
		for _, h := range m.Items("headers") {
			if w.target.headers[strings.ToLower(h.Str("name"))] != h.Str("value") {
				ok = false
			}
		}
		if ok {
			return true
		}
	}
	return false
}
