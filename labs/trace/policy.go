package trace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// gatewayPolicies lists the AuthorizationPolicies and RequestAuthentications
// that apply to the gateway's pods.
func (w *walk) gatewayPolicies() []string {
	var out []string
	for _, kind := range []string{"AuthorizationPolicy", "RequestAuthentication"} {
		for _, p := range w.policiesOn(kind, w.pods) {
			out = append(out, p.Ref().String())
		}
	}
	return out
}

// policiesOn returns the policies of a kind that apply to any of the pods.
func (w *walk) policiesOn(kind string, pods []object) []object {
	var out []object
	for _, p := range w.index.All(istioSecurity, kind) {
		for _, pod := range pods {
			if w.applies(p, pod) {
				out = append(out, p)
				break
			}
		}
	}
	return out
}

// applies says whether a policy is for a proxy's pod. A waypoint heeds target
// references only, and those of the Services behind it too.
func (w *walk) applies(policy, pod object) bool {
	if !w.heeded(policy) {
		return false
	}
	labels := pod.Labels("metadata", "labels")
	targets := policy.Items("spec", "targetRefs")
	if t := policy.Map("spec", "targetRef"); t != nil {
		targets = append(targets, t)
	}
	if len(targets) == 0 {
		selector := policy.Labels("spec", "selector", "matchLabels")
		here := policy.Namespace() == pod.Namespace() || policy.Namespace() == rootNamespace
		return here && w.role != labs.RoleWaypoint && (len(selector) == 0 || snapshot.Selects(selector, labels))
	}
	for _, t := range targets {
		switch t.Str("kind") {
		case "Gateway":
			if policy.Namespace() == pod.Namespace() && labels[gatewayNameLabel] == t.Str("name") {
				return true
			}
		case "GatewayClass":
			g := w.index.Get(gatewayAPI, "Gateway", pod.Namespace(), labels[gatewayNameLabel])
			if policy.Namespace() == rootNamespace && g.Str("spec", "gatewayClassName") == t.Str("name") {
				return true
			}
		case "Service":
			if w.role == labs.RoleWaypoint && w.service.Namespace() == policy.Namespace() && w.service.Name() == t.Str("name") {
				return true
			}
		}
	}
	return false
}

// matchedPolicy is Envoy's word for the rule that denied:
// rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]].
var matchedPolicy = regexp.MustCompile(`ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[([^\]]*)\]`)

// judgePolicy finds the policy that refused the request, from the words of
// the proxy that did: this one, or the one beside the server.
func (w *walk) judgePolicy(r *report, u upstream) {
	a := w.answer
	if !a.Observed {
		return
	}
	for _, l := range w.beside(u) {
		if w.refusedBeside(r, u, l) {
			r.see("log of %s: %s", l.Proxy, l.Line)
			return
		}
	}
	switch {
	case strings.Contains(a.Details, "rbac_access_denied"):
		w.denied(r, a.Details, w.pods, w.callerHere())
	case strings.Contains(a.Details, "jwt_authn_access_denied"):
		w.unauthenticated(r, w.pods)
	case strings.Contains(a.Details, "ext_authz_denied"), strings.Contains(a.Details, "ext_authz_error"):
		w.authorize(r, a.Details, w.pods, w.callerHere())
	case w.next() != nil: // what comes from upstream is said by the proxy there, or behind it
		w.filtered(r, a.Details, w.pods)
	case a.Code == 403 && a.Upstream && strings.HasPrefix(a.Body, "RBAC: access denied"):
		w.denied(r, a.Details, u.pods, w.callerAt(u))
	case a.Code == 401 && a.Upstream && strings.HasPrefix(a.Body, "Jwt ") && len(w.policiesOn("RequestAuthentication", u.pods)) > 0:
		w.unauthenticated(r, u.pods)
	default:
		w.filtered(r, a.Details, w.pods)
	}
}

// beside are the words of the proxies beside the upstream's servers.
func (w *walk) beside(u upstream) []labs.ProxyLog {
	return slices.DeleteFunc(slices.Clone(w.answer.Logs), func(l labs.ProxyLog) bool {
		return !l.Inbound || !slices.ContainsFunc(u.pods, func(p object) bool { return p.Namespace() == l.Proxy.Namespace && p.Name() == l.Proxy.Name })
	})
}

// refusedBeside: the proxy beside the server refused the request, by its own
// words.
func (w *walk) refusedBeside(r *report, u upstream, l labs.ProxyLog) bool {
	switch {
	case strings.Contains(l.Details, "rbac_access_denied"):
		w.denied(r, l.Details, u.pods, w.callerAt(u))
	case strings.Contains(l.Details, "ext_authz_"):
		w.authorize(r, l.Details, u.pods, w.callerAt(u))
	default:
		return w.filtered(r, l.Details, u.pods)
	}
	return true
}

// denied names the policy that refused: the one Envoy says matched; else a
// DENY policy that matches the request; else, since no ALLOW policy matched,
// those that would have had to.
func (w *walk) denied(r *report, details string, pods []object, c caller) {
	if m := matchedPolicy.FindStringSubmatch(details); m != nil {
		ref := labs.Object{Group: istioSecurity, Kind: "AuthorizationPolicy", Namespace: m[1], Name: m[2]}
		got := "rule " + m[3] + " matched"
		if c.tcp {
			got += "; the port is not read as HTTP, so methods, paths and hosts of the rule do not count"
		}
		w.policyBroken(r, ref, ref.String()+" denies the request", got)
		return
	}
	var allow, deny []object
	for _, p := range w.policiesOn("AuthorizationPolicy", pods) {
		switch action := p.Str("spec", "action"); {
		case action == "" || action == "ALLOW":
			allow = append(allow, p)
		case action == "DENY" && c.matches(p) != no:
			deny = append(deny, p)
		}
	}
	none := strings.Contains(details, "matched_policy[none]")
	switch {
	case len(deny) > 0 && !none:
		w.policyBroken(r, deny[0].Ref(), deny[0].Ref().String()+" denies the request", "one of its rules matches")
	case len(allow) == 0 && w.closedBy(pods) != nil:
		ref := w.closedBy(pods).Ref()
		w.policyBroken(r, ref, "the proxy refuses in place of "+ref.String()+", whose code it has not", "no AuthorizationPolicy is for it: "+details)
	case len(allow) == 0:
		w.policyBroken(r, labs.Object{}, "a policy denies the request", details)
	default:
		w.letInByNone(r, allow, c)
	}
}

// letInByNone: there are ALLOW policies, and none of them takes the request.
func (w *walk) letInByNone(r *report, allow []object, c caller) {
	if why := w.missing("AuthorizationPolicy"); why != "" {
		r.see("%s", why)
	}
	for _, p := range allow {
		r.involve(p.Ref())
	}
	if p := c.unknownTo(allow); p != nil {
		w.policyBroken(r, c.plain.Ref(), p.Ref().String()+" asks who the client is, and the proxy speaks plain text", c.plain.Ref().String()+" makes it so")
		return
	}
	meant := c.closest(allow).Ref()
	w.policyBroken(r, meant, "no ALLOW policy matches the request", "no rule of "+meant.String()+" matched")
}

// closedBy is a WasmPlugin of the pods for which their proxies refuse everything
// as long as they have not fetched it; nil when there is none.
func (w *walk) closedBy(pods []object) object {
	for _, p := range w.index.All("extensions.istio.io", "WasmPlugin") {
		if p.Str("spec", "failStrategy") != "FAIL_OPEN" && slices.ContainsFunc(pods, func(pod object) bool { return w.applies(p, pod) }) {
			return p
		}
	}
	return nil
}

func (w *walk) unauthenticated(r *report, pods []object) {
	culprit := labs.Object{}
	for _, a := range w.policiesOn("RequestAuthentication", pods) {
		if culprit.Name == "" || w.readsToken(a) {
			culprit = a.Ref()
		}
		if w.readsToken(a) {
			break
		}
	}
	w.policyBroken(r, culprit, "the request's token is refused", w.answer.Details)
}

// readsToken says whether a RequestAuthentication looks where the request has
// a token: in the headers or parameters that a rule names, else where tokens
// are by custom.
func (w *walk) readsToken(authentication object) bool {
	_, query, _ := strings.Cut(w.target.path, "?")
	param := func(name string) bool { return strings.Contains("&"+query, "&"+name+"=") }
	return slices.ContainsFunc(authentication.Items("spec", "jwtRules"), func(rule object) bool {
		headers, params := rule.Items("fromHeaders"), rule.Strs("fromParams")
		if len(headers)+len(params)+len(rule.Strs("fromCookies")) == 0 {
			return w.target.headers["authorization"] != "" || param("access_token")
		}
		return slices.ContainsFunc(params, param) || slices.ContainsFunc(headers, func(h object) bool {
			return w.target.headers[strings.ToLower(h.Str("name"))] != ""
		})
	})
}

func (w *walk) policyBroken(r *report, culprit labs.Object, summary, got string) {
	if culprit.Name != "" {
		r.fact("policy", culprit.String())
	}
	r.broken(culprit, summary, "a request that the policy lets through", got)
}
