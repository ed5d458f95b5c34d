package trace

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

// filterAnswers are answers that a filter of the proxy gives by itself, by
// the first words of the response code details, with the layer that it belongs
// to and words by which an EnvoyFilter that brought or changed it is known.
func filterAnswers() []filterAnswer {
	return []filterAnswer{
		{"local_rate_limited", labs.LayerDestination, []string{".http.local_ratelimit"}},
		{"request_rate_limited", labs.LayerDestination, []string{".http.ratelimit"}},
		{"rate_limiter_error", labs.LayerDestination, []string{".http.ratelimit"}},
		{"lua_response", labs.LayerDestination, []string{".http.lua"}},
		{"csrf_origin_mismatch", labs.LayerDestination, []string{".http.csrf"}},
		{"ext_authz", labs.LayerDestination, []string{".http.ext_authz"}},
		{"rbac_access_denied", labs.LayerDestination, []string{".http.rbac"}},
		{"request_payload_too_large", labs.LayerDestination, []string{".http.buffer"}},
		{headersTooLarge, labs.LayerListener, []string{"max_request_headers_kb", "maxRequestHeadersKb"}},
		{"http1.too_many_headers", labs.LayerListener, []string{"max_headers_count", "maxHeadersCount"}},
		{"http2.too_many_headers", labs.LayerListener, []string{"max_headers_count", "maxHeadersCount"}},
	}
}

// headersTooLarge is also what a 431 without details means: such headers are
// refused before there is anything to log but the code.
const headersTooLarge = "http1.headers_too_large"

type filterAnswer struct {
	details string
	layer   labs.Layer
	words   []string
}

// filterAnswerOf finds the filter whose words these details are.
func filterAnswerOf(details string) (filterAnswer, bool) {
	list := filterAnswers()
	i := slices.IndexFunc(list, func(f filterAnswer) bool { return strings.HasPrefix(details, f.details) })
	if i < 0 {
		return filterAnswer{}, false
	}
	return list[i], true
}

// envoyFilters are the EnvoyFilters that change any of the pods' proxies.
func (w *walk) envoyFilters(pods []object) []object {
	var out []object
	for _, f := range w.index.All(istioNetworking, "EnvoyFilter") {
		selector := f.Labels("spec", "workloadSelector", "labels")
		targets := f.Items("spec", "targetRefs")
		if slices.ContainsFunc(pods, func(p object) bool {
			switch {
			case !w.heeded(f), f.Namespace() != p.Namespace() && f.Namespace() != rootNamespace:
				return false
			case len(targets) > 0:
				return w.applies(f, p)
			}
			return len(selector) == 0 || selectsAll(selector, p)
		}) {
			out = append(out, f)
		}
	}
	return out
}

// patchedWith is the EnvoyFilter for these pods whose patches have one of the
// words, nil when none does.
func (w *walk) patchedWith(words []string, pods []object) object {
	for _, f := range w.envoyFilters(pods) {
		patches, err := json.Marshal(f.Items("spec", "configPatches"))
		if err == nil && slices.ContainsFunc(words, func(word string) bool { return strings.Contains(string(patches), word) }) {
			return f
		}
	}
	return nil
}

// filtered: a filter that an EnvoyFilter added answered in place of the
// server.
func (w *walk) filtered(r *report, details string, pods []object) bool {
	a, ok := filterAnswerOf(details)
	if !ok || a.layer != labs.LayerDestination {
		return false
	}
	f := w.patchedWith(a.words, pods)
	if f == nil {
		return false
	}
	w.policyBroken(r, f.Ref(), "a filter that "+f.Ref().String()+" adds answers the request", details)
	return true
}

// limited: the listener did not read the request. Whoever changed its limits
// is to blame, else the Gateway, whose limits are Envoy's own.
func (w *walk) limited() bool {
	details := w.answer.Details
	if details == "" && w.answer.Code == 431 {
		details = headersTooLarge
	}
	a, ok := filterAnswerOf(details)
	r := w.report(labs.LayerListener)
	if !ok || a.layer != labs.LayerListener || w.answer.Upstream || r.Verdict != labs.Healthy {
		return false
	}
	by := w.patchedWith(a.words, w.pods)
	culprit, got := by.Ref(), by.Ref().String()
	if by == nil {
		if w.intended == nil {
			return false
		}
		culprit, got = w.intended.Owner.Ref(), "Envoy's own limit: no EnvoyFilter changes it"
	}
	r.override(culprit, "the gateway does not read a request with such headers", "a request within the limits", got)
	return true
}

// answersItself is what makes a route answer without a destination.
func (w *walk) answersItself() labs.Object {
	return w.saidBy([]string{"directResponse"}, "direct_response", "directResponse")
}

// saidBy is what makes the route do what it does: its object, unless none of
// its rules has one of these fields and an EnvoyFilter brings the words.
func (w *walk) saidBy(fields []string, words ...string) labs.Object {
	rules := append(w.routed.Items("spec", "http"), w.routed.Items("spec", "rules")...)
	says := slices.ContainsFunc(rules, func(rule object) bool {
		return slices.ContainsFunc(fields, func(f string) bool { return rule.Has(f) })
	})
	if by := w.patchedWith(words, w.pods); by != nil && !says {
		return by.Ref()
	}
	return w.routed.Ref()
}

// authorize: the proxy of these pods asked an authorizer outside of it, which
// said no, or could not be asked.
func (w *walk) authorize(r *report, details string, pods []object, c caller) {
	policy := w.customPolicy(pods, c)
	if policy == nil && w.filtered(r, details, pods) {
		return
	}
	if strings.Contains(details, "ext_authz_error") && w.authorizerDown(r, pods) {
		r.fact("policy", policy.Ref().String())
		return
	}
	w.policyBroken(r, policy.Ref(), "external authorization refuses the request", details)
}

// authorizerDown names what keeps the authorizer from answering: its cluster,
// as the proxy of these pods has it, is missing, or has no healthy endpoint.
func (w *walk) authorizerDown(r *report, pods []object) bool {
	at := &walk{journey: w.journey, role: w.role, pods: pods}
	at.readConfig()
	if at.config == nil {
		return false
	}
	for _, name := range at.authorizers() {
		u := at.upstream(name)
		_, there := at.config.Cluster(name)
		if !there {
			r.broken(meshConfig().Ref(), "the authorizer cannot be asked", "a provider that leads to a Service and a port that are there", "Envoy has no cluster "+name)
			return true
		}
		if at.healthyCount(name) == 0 {
			at.noEndpoints(r, u)
			return true
		}
		if len(u.pods) > 0 {
			r.broken(at.ownerOf(u.pods[0]), "the authorizer cannot be asked", "an answer of "+name, w.answer.Details)
			return true
		}
	}
	return false
}

// authorizers are the clusters of external authorization that the proxy asks.
func (w *walk) authorizers() []string {
	var out []string
	for _, l := range w.config.Listeners {
		for _, c := range l.Chains {
			for _, name := range c.ExtAuthz {
				if !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
		}
	}
	return out
}

// customPolicy is the CUSTOM policy on any of the pods that takes the request.
func (w *walk) customPolicy(pods []object, c caller) object {
	var found object
	best := no
	for _, p := range w.policiesOn("AuthorizationPolicy", pods) {
		if fit := c.matches(p); p.Str("spec", "action") == "CUSTOM" && fit > best {
			found, best = p, fit
		}
	}
	return found
}

// preflight: a browser asked whether it may, the route's CORS policy does not
// admit its origin, and so the server got a question that it does not know.
func (j *journey) preflight() bool {
	for _, w := range j.hops {
		h := w.target.headers
		if w.matched == nil || w.matched.route.CORS == nil || w.target.method != "OPTIONS" || h["origin"] == "" || h["access-control-request-method"] == "" {
			continue
		}
		cors := w.matched.route.CORS
		if match.Origin(*cors, h["origin"]).Outcome != match.FitsNot {
			continue
		}
		var allowed []string
		for _, o := range cors.Origins {
			allowed = append(allowed, o.Kind+" "+o.Value)
		}
		w.report(labs.LayerRoute).override(w.routed.Ref(), "the preflight's origin is not allowed, so the server is asked in the proxy's place",
			"a CORS policy that admits "+h["origin"], "origins "+strings.Join(allowed, ", "))
		return true
	}
	return false
}
