package trace

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

// addedFilters are HTTP filters that Istio's own objects do not bring, by the
// words with which they say that they answered: only an EnvoyFilter adds them.
func addedFilters() map[string]string {
	return map[string]string{
		"local_rate_limited":   ".http.local_ratelimit",
		"request_rate_limited": ".http.ratelimit",
		"rate_limiter_error":   ".http.ratelimit",
		"lua_response":         ".http.lua",
		"csrf_origin_mismatch": ".http.csrf",
		"ext_authz":            ".http.ext_authz",
		"rbac_access_denied":   ".http.rbac",
	}
}

// envoyFilters are the EnvoyFilters that change any of the pods' proxies.
func (j *journey) envoyFilters(pods []object) []object {
	var out []object
	for _, f := range j.index.All(istioNetworking, "EnvoyFilter") {
		selector := f.Labels("spec", "workloadSelector", "labels")
		if slices.ContainsFunc(pods, func(p object) bool {
			return (f.Namespace() == p.Namespace() || f.Namespace() == rootNamespace) && (len(selector) == 0 || selectsAll(selector, p))
		}) {
			out = append(out, f)
		}
	}
	return out
}

// addedBy is the EnvoyFilter that brings the filter whose words these are, nil
// when none does.
func (j *journey) addedBy(details string, pods []object) object {
	for words, filter := range addedFilters() {
		if !strings.HasPrefix(details, words) {
			continue
		}
		for _, f := range j.envoyFilters(pods) {
			for _, p := range f.Items("spec", "configPatches") {
				text, err := json.Marshal(p.Map("patch"))
				if err == nil && strings.Contains(string(text), filter) {
					return f
				}
			}
		}
	}
	return nil
}

// filtered: a filter that an EnvoyFilter added answered in place of the
// server.
func (w *walk) filtered(r *report, details string, pods []object) bool {
	f := w.addedBy(details, pods)
	if f == nil {
		return false
	}
	w.policyBroken(r, f.Ref(), "a filter that "+f.Ref().String()+" adds answers the request", details)
	return true
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
		if _, ok := at.config.Cluster(name); ok && at.healthyCount(name) == 0 {
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
