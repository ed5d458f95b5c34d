package trace

import (
	"regexp"
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
			if applies(p, pod) {
				out = append(out, p)
				break
			}
		}
	}
	return out
}

func applies(policy, pod object) bool {
	labels := pod.Labels("metadata", "labels")
	targets := policy.Items("spec", "targetRefs")
	if t := policy.Map("spec", "targetRef"); t != nil {
		targets = append(targets, t)
	}
	if len(targets) > 0 {
		for _, t := range targets {
			if t.Str("kind") == "Gateway" && policy.Namespace() == pod.Namespace() && labels[gatewayNameLabel] == t.Str("name") {
				return true
			}
		}
		return false
	}
	selector := policy.Labels("spec", "selector", "matchLabels")
	here := policy.Namespace() == pod.Namespace() || policy.Namespace() == rootNamespace
	return here && (len(selector) == 0 || snapshot.Selects(selector, labels))
}

// matchedPolicy is Envoy's word for the rule that denied:
// rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]].
var matchedPolicy = regexp.MustCompile(`ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[([^\]]*)\]`)

// judgePolicy finds the policy that refused the request, from the answer.
func (w *walk) judgePolicy(r *report, ups []upstream) {
	a := w.answer
	if !a.Observed {
		return
	}
	switch {
	case strings.Contains(a.Details, "rbac_access_denied"):
		w.denied(r, a.Details, w.pods)
	case strings.Contains(a.Details, "jwt_authn_access_denied"):
		w.unauthenticated(r)
	case strings.Contains(a.Details, "ext_authz_denied"), strings.Contains(a.Details, "ext_authz_error"):
		culprit := labs.Object{}
		for _, p := range w.policiesOn("AuthorizationPolicy", w.pods) {
			if p.Str("spec", "action") == "CUSTOM" {
				culprit = p.Ref()
			}
		}
		w.policyBroken(r, culprit, "external authorization refuses the request", a.Details)
	case a.Code == 403 && a.Upstream && strings.HasPrefix(a.Body, "RBAC: access denied"):
		w.denied(r, a.Details, ups[0].pods)
	}
}

// denied names the policy that a 403 came from: the matched one, or, when no
// ALLOW policy matched, those that would have had to.
func (w *walk) denied(r *report, details string, pods []object) {
	if m := matchedPolicy.FindStringSubmatch(details); m != nil {
		ref := labs.Object{Kind: "AuthorizationPolicy", Namespace: m[1], Name: m[2]}
		w.policyBroken(r, ref, ref.String()+" denies the request", "rule "+m[3]+" matched")
		return
	}
	var allow []object
	for _, p := range w.policiesOn("AuthorizationPolicy", pods) {
		if action := p.Str("spec", "action"); action == "" || action == "ALLOW" {
			allow = append(allow, p)
		}
	}
	if len(allow) == 0 {
		w.policyBroken(r, labs.Object{}, "a policy denies the request", details)
		return
	}
	for _, p := range allow {
		r.involve(p.Ref())
	}
	w.policyBroken(r, allow[0].Ref(), "no ALLOW policy matches the request", "no rule of "+allow[0].Ref().String()+" matched")
}

func (w *walk) unauthenticated(r *report) {
	culprit := labs.Object{}
	if list := w.policiesOn("RequestAuthentication", w.pods); len(list) > 0 {
		culprit = list[0].Ref()
	}
	w.policyBroken(r, culprit, "the request's token is refused", w.answer.Details)
}

func (w *walk) policyBroken(r *report, culprit labs.Object, summary, got string) {
	if culprit.Name != "" {
		r.fact("policy", culprit.String())
	}
	r.broken(culprit, summary, "a request that the policy lets through", got)
}
