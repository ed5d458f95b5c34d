package trace

import (
	"fmt"
	"strings"
)

// classicRules says what in a VirtualService's rules keeps the request out.
func (w *walk) classicRules(v object) []string {
	part, other := "http", "tls"
	if w.intended != nil && w.intended.passthrough() {
		part, other = "tls", "http"
	}
	rules := v.items("spec", part)
	if len(rules) == 0 {
		if part == "tls" && len(v.items("spec", "tcp")) > 0 {
			return nil
		}
		have := "none"
		if v.has("spec", other) {
			have = other + " rules only"
		}
		return []string{fmt.Sprintf("has no %s rules (%s), which a server of mode %s needs", part, have, w.mode())}
	}
	var why []string
	for i, rule := range rules {
		reason := w.classicRule(v, rule, part)
		if reason == "" {
			return nil
		}
		why = append(why, fmt.Sprintf("%s rule %d: %s", part, i, reason))
	}
	return why
}

func (w *walk) mode() string {
	if w.intended == nil {
		return "HTTP"
	}
	return w.intended.mode
}

// classicRule says why one rule does not take the request, "" when it may.
func (w *walk) classicRule(v, rule object, part string) string {
	if d := rule.str("delegate", "name"); d != "" {
		ns := rule.str("delegate", "namespace")
		if ns == "" {
			ns = v.namespace()
		}
		if w.index.get(istioNetworking, "VirtualService", ns, d) == nil {
			return fmt.Sprintf("delegates to VirtualService %s/%s, which does not exist", ns, d)
		}
	}
	matches := rule.items("match")
	if len(matches) == 0 {
		return ""
	}
	var why []string
	for _, m := range matches {
		reason := w.classicMatch(m, part)
		if reason == "" {
			return ""
		}
		why = append(why, reason)
	}
	return strings.Join(why, ", ")
}

func (w *walk) classicMatch(m object, part string) string {
	if p := m.num("port"); p != 0 && p != w.target.port {
		return fmt.Sprintf("matches port %d, the server's is %d", p, w.target.port)
	}
	if part == "tls" {
		if sni := m.strs("sniHosts"); best(sni, w.target.sni) < 0 {
			return fmt.Sprintf("sniHosts %s, the client's SNI is %q", quoteAll(sni), w.target.sni)
		}
		return ""
	}
	if !stringFits(m, "uri", pathOnly(w.target.path), m.str("ignoreUriCase") == "true") {
		return fmt.Sprintf("path is %s, not %s", pathOnly(w.target.path), matchText(m, "uri"))
	}
	if !stringFits(m, "method", w.target.method, false) {
		return fmt.Sprintf("method is %s, not %s", w.target.method, matchText(m, "method"))
	}
	headers, _ := m.at("headers").(map[string]any)
	for name := range headers {
		value, has := w.target.headers[strings.ToLower(name)]
		if !has || !stringFits(object(headers), name, value, false) {
			return fmt.Sprintf("header %s is %q, not %s", name, value, matchText(object(headers), name))
		}
	}
	return ""
}

// stringFits evaluates Istio's StringMatch; an absent one fits all.
func stringFits(m object, field, value string, ignoreCase bool) bool {
	if !m.has(field) {
		return true
	}
	fold := func(s string) string {
		if ignoreCase {
			return strings.ToLower(s)
		}
		return s
	}
	switch {
	case m.has(field, "exact"):
		return fold(value) == fold(m.str(field, "exact"))
	case m.has(field, "prefix"):
		return strings.HasPrefix(fold(value), fold(m.str(field, "prefix")))
	case m.has(field, "regex"):
		return whole(m.str(field, "regex"), value)
	}
	return true
}

func matchText(m object, field string) string {
	for _, kind := range []string{"exact", "prefix", "regex"} {
		if m.has(field, kind) {
			return kind + " " + m.str(field, kind)
		}
	}
	return "any"
}

// classicClusters names the clusters a VirtualService leads the request to:
// those of the first rule that takes it, else of its first rule.
func (w *walk) classicClusters(v object) []string {
	var first []string
	for _, part := range []string{"http", "tls", "tcp"} {
		for _, rule := range v.items("spec", part) {
			var out []string
			for _, d := range rule.items("route") {
				if d.has("weight") && d.num("weight") == 0 && len(rule.items("route")) > 1 {
					continue
				}
				out = append(out, w.destinationCluster(v, object(d.mapAt("destination"))))
			}
			if w.classicRule(v, rule, part) == "" && len(out) > 0 {
				return out
			}
			if first == nil {
				first = out
			}
		}
	}
	return first
}

func (o object) mapAt(path ...string) map[string]any {
	m, _ := o.at(path...).(map[string]any)
	return m
}

// destinationCluster is Istio's name for a destination's cluster. Without a
// port a Service's only port is taken, else the listener's.
func (w *walk) destinationCluster(v, d object) string {
	host := d.str("host")
	if !strings.Contains(host, ".") {
		host += "." + v.namespace() + ".svc.cluster.local"
	}
	port := d.num("port", "number")
	if port == 0 {
		port = w.target.port
		if ports := w.serviceOf(host).items("spec", "ports"); len(ports) == 1 {
			port = ports[0].num("port")
		}
	}
	return fmt.Sprintf("outbound|%d|%s|%s", port, d.str("subset"), host)
}

// serviceOf finds the Service of a cluster-local name, nil when it is none.
func (w *walk) serviceOf(host string) object {
	short, ok := strings.CutSuffix(host, ".svc.cluster.local")
	if !ok {
		return nil
	}
	name, ns, ok := strings.Cut(short, ".")
	if !ok {
		return nil
	}
	return w.index.get("", "Service", ns, name)
}

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
