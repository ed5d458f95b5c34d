package trace

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// filterAnswers are answers that a filter of the proxy gives by itself, by
// words of the response code details, with the layer that it belongs to and
// words by which an EnvoyFilter that brought it, or changed it, is known.
func filterAnswers() []filterAnswer {
	return []filterAnswer{
		{"local_rate_limited", labs.LayerDestination, []string{"local_ratelimit"}, "the gateway's local rate limit refuses the request"},
		{"request_rate_limited", labs.LayerDestination, []string{"filters.http.ratelimit"}, "the rate limit service refuses the request"},
		{"lua_response", labs.LayerDestination, []string{"filters.http.lua"}, "a script in the gateway answers by itself"},
		{"request_payload_too_large", labs.LayerDestination, []string{"filters.http.buffer"}, "the gateway takes no body of that size"},
		{"headers_too_large", labs.LayerListener, []string{"max_request_headers_kb", "maxRequestHeadersKb"}, "the gateway does not read headers of that size"},
		{"too_many_headers", labs.LayerListener, []string{"max_headers_count", "maxHeadersCount"}, "the gateway does not read that many headers"},
	}
}

type filterAnswer struct {
	details string
	layer   labs.Layer
	words   []string
	summary string
}

// filtered judges an answer that one of the proxy's own filters gave: the
// EnvoyFilter that brought the filter is to blame. Headers that are too large
// are refused before there is anything to log but the code.
func (w *walk) filtered() bool {
	for _, f := range filterAnswers() {
		is := strings.Contains(w.answer.Details, f.details) || w.answer.Details == "" && w.answer.Code == 431 && f.details == "headers_too_large"
		r := w.report(f.layer)
		if !is || w.answer.Upstream || r.Verdict != labs.Healthy {
			continue
		}
		by := w.envoyFilter(f.words)
		culprit, got := by.Ref(), by.Ref().String()
		if by == nil {
			if f.layer != labs.LayerListener || w.intended == nil {
				return false
			}
			culprit, got = w.intended.owner.Ref(), "Envoy's own limit: no EnvoyFilter changes it"
		}
		r.override(culprit, f.summary, "a request that the filter lets through", got)
		return true
	}
	return false
}

// answersItself is the object by which a route answers without a destination:
// the one it came from, unless that says no such thing and an EnvoyFilter does.
func (w *walk) answersItself() labs.Object {
	says := slices.ContainsFunc(w.routed.Items("spec", "http"), func(rule object) bool { return rule.Has("directResponse") })
	if by := w.envoyFilter([]string{"direct_response", "directResponse"}); by != nil && !says {
		return by.Ref()
	}
	return w.routed.Ref()
}

// envoyFilter is the EnvoyFilter for the proxy's pods whose patches have one
// of the words.
func (w *walk) envoyFilter(words []string) object {
	for _, f := range w.index.All(istioNetworking, "EnvoyFilter") {
		patches, err := json.Marshal(f.Items("spec", "configPatches"))
		if err == nil && w.patched(f) && slices.ContainsFunc(words, func(word string) bool { return strings.Contains(string(patches), word) }) {
			return f
		}
	}
	return nil
}

// patched says whether an EnvoyFilter is for the proxy's pods.
func (w *walk) patched(f object) bool {
	selector := f.Labels("spec", "workloadSelector", "labels")
	targets := f.Items("spec", "targetRefs")
	return slices.ContainsFunc(w.pods, func(p object) bool {
		if f.Namespace() != p.Namespace() && f.Namespace() != rootNamespace {
			return false
		}
		if len(targets) > 0 {
			return w.applies(f, p)
		}
		return len(selector) == 0 || selectsAll(selector, p)
	})
}
