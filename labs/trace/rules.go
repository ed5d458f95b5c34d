package trace

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatedrill/gatedrill/labs/match"
)

// classicRules says what in a VirtualService's rules keeps the request out.
func (w *walk) classicRules(v object) []string {
	part, other := "http", "tls"
	if w.intended != nil && w.intended.passthrough() {
		part, other = "tls", "http"
	}
	rules := v.Items("spec", part)
	if len(rules) == 0 {
		if part == "tls" && len(v.Items("spec", "tcp")) > 0 {
			return nil
		}
		have := "none"
		if v.Has("spec", other) {
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
	if d := rule.Str("delegate", "name"); d != "" {
		ns := rule.Str("delegate", "namespace")
		if ns == "" {
			ns = v.Namespace()
		}
		if w.index.Get(istioNetworking, "VirtualService", ns, d) == nil {
			return fmt.Sprintf("delegates to VirtualService %s/%s, which does not exist", ns, d)
		}
	}
	matches := rule.Items("match")
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
	if p := m.Num("port"); p != 0 && p != w.target.port {
		return fmt.Sprintf("matches port %d, the server's is %d", p, w.target.port)
	}
	if part == "tls" {
		if sni := m.Strs("sniHosts"); match.Best(sni, w.target.sni) < 0 {
			return fmt.Sprintf("sniHosts %s, the client's SNI is %q", quoteAll(sni), w.target.sni)
		}
		return ""
	}
	if !stringFits(m, "uri", match.PathOnly(w.target.path), m.Str("ignoreUriCase") == "true") {
		return fmt.Sprintf("path is %s, not %s", match.PathOnly(w.target.path), matchText(m, "uri"))
	}
	if !stringFits(m, "method", w.target.method, false) {
		return fmt.Sprintf("method is %s, not %s", w.target.method, matchText(m, "method"))
	}
	headers := m.Map("headers")
	for name := range headers {
		value, has := w.target.headers[strings.ToLower(name)]
		if !has || !stringFits(headers, name, value, false) {
			return fmt.Sprintf("header %s is %q, not %s", name, value, matchText(headers, name))
		}
	}
	return ""
}

// stringFits evaluates Istio's StringMatch; an absent one fits all.
func stringFits(m object, field, value string, ignoreCase bool) bool {
	if !m.Has(field) {
		return true
	}
	fold := func(s string) string {
		if ignoreCase {
			return strings.ToLower(s)
		}
		return s
	}
	switch {
	case m.Has(field, "exact"):
		return fold(value) == fold(m.Str(field, "exact"))
	case m.Has(field, "prefix"):
		return strings.HasPrefix(fold(value), fold(m.Str(field, "prefix")))
	case m.Has(field, "regex"):
		return whole(m.Str(field, "regex"), value)
	}
	return true
}

func matchText(m object, field string) string {
	for _, kind := range []string{"exact", "prefix", "regex"} {
		if m.Has(field, kind) {
			return kind + " " + m.Str(field, kind)
		}
	}
	return "any"
}

// classicClusters names the clusters a VirtualService leads the request to:
// those of the first rule that takes it, else of its first rule.
func (w *walk) classicClusters(v object) []string {
	var first []string
	for _, part := range []string{"http", "tls", "tcp"} {
		for _, rule := range v.Items("spec", part) {
			var out []string
			for _, d := range rule.Items("route") {
				if d.Has("weight") && d.Num("weight") == 0 && len(rule.Items("route")) > 1 {
					continue
				}
				out = append(out, w.destinationCluster(v, d.Map("destination")))
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

// destinationCluster is Istio's name for a destination's cluster. Without a
// port a Service's only port is taken, else the listener's.
func (w *walk) destinationCluster(v, d object) string {
	host := d.Str("host")
	if !strings.Contains(host, ".") {
		host += "." + v.Namespace() + ".svc.cluster.local"
	}
	port := d.Num("port", "number")
	if port == 0 {
		port = w.target.port
		if ports := w.serviceOf(host).Items("spec", "ports"); len(ports) == 1 {
			port = ports[0].Num("port")
		}
	}
	return fmt.Sprintf("outbound|%d|%s|%s", port, d.Str("subset"), host)
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
	return w.index.Get("", "Service", ns, name)
}

// whole matches a regular expression against all of s.
func whole(expr, s string) bool {
	re, err := regexp.Compile("^(?:" + expr + ")$")
	return err == nil && re.MatchString(s)
}
