package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// reconcile closes the path with the real answer. Where it contradicts the
// walk, nothing is called healthy or broken by inference: the layer becomes
// unknown and says what both say.
func (w *walk) reconcile(reports []*report) {
	i := slices.IndexFunc(reports, func(r *report) bool { return r.Verdict == labs.Broken })
	if !w.answer.Observed {
		if i < 0 {
			w.unanswered(reports[len(reports)-1])
		}
		return
	}
	said := answerText(w.answer)
	for _, r := range reports {
		if r.Verdict != labs.OffPath {
			r.see("answer: %s", said)
		}
	}
	suspects := blame(w.answer)
	if w.chain != nil && w.passesThrough() && !strings.Contains(w.answer.Details, "filter_chain") {
		// The connection went through the gateway unread.
		suspects = slices.DeleteFunc(suspects, func(l labs.Layer) bool { return l == labs.LayerListener })
	}
	if i >= 0 {
		w.reconcileBroken(reports[i], suspects, said)
		return
	}
	w.doubt(reports, suspects, said)
}

// doubt: nothing is broken by the walk, yet the answer speaks against some
// layers. The likeliest one becomes unknown, unless one of them is already.
func (w *walk) doubt(reports []*report, suspects []labs.Layer, said string) {
	if len(suspects) == 0 {
		return
	}
	for _, l := range suspects {
		if l == labs.LayerTLS && unconnected(w.answer) {
			continue // without a connection it is unknown anyway, and says nothing of where the request ended
		}
		for _, r := range reports {
			if r.Layer == l && r.Verdict == labs.Unknown {
				return // the layer in question already says that it is unknown
			}
		}
	}
	for _, r := range reports {
		if r.Layer == suspects[0] && r.Verdict == labs.Healthy {
			r.Verdict = labs.Unknown
			r.Summary = fmt.Sprintf("nothing wrong is seen here, yet the answer is %s", said)
		}
	}
}

// unconnected says whether nobody took the connection at all.
func unconnected(a labs.Answer) bool { return a.Error == "refused" || a.Error == "unreachable" }

// unanswered: without a real answer the path is not closed.
func (w *walk) unanswered(last *report) {
	if last.Verdict != labs.Healthy {
		return
	}
	last.Verdict = labs.Unknown
	last.Summary += "; no real answer was seen yet"
	if w.answer.Error != "" {
		last.Summary += ": " + w.answer.Error
	}
}

// reconcileBroken: the walk found a break; does the answer look like one of
// that layer? A policy's, a route's or a destination's break shows in the
// answer by itself, so a good answer means that the walk saw something older
// or newer than the request did.
func (w *walk) reconcileBroken(r *report, suspects []labs.Layer, said string) {
	if r.certain || slices.Contains(suspects, r.Layer) {
		return
	}
	r.Verdict = labs.Unknown
	r.Summary = fmt.Sprintf("%s; yet the answer is %s", r.Summary, said)
	delete(r.Facts, "culprit")
}

// blame says which layers an answer speaks against, the likeliest first;
// none when it is good, or a server behind the gateway gave it.
func blame(a labs.Answer) []labs.Layer {
	const (
		dns, entry, listener     = labs.LayerDNS, labs.LayerEntry, labs.LayerListener
		tls, route, dest         = labs.LayerTLS, labs.LayerRoute, labs.LayerDestination
		notFound, noChain        = "route_not_found", "filter_chain_not_found"
		rbac, jwt, authz, direct = "rbac_access_denied", "jwt_authn", "ext_authz", "direct_response"
	)
	has := func(s string) bool { return strings.Contains(a.Details, s) }
	switch {
	case a.Error == "dns":
		return []labs.Layer{dns}
	case has(noChain):
		return []labs.Layer{listener}
	case unconnected(a):
		return []labs.Layer{entry, listener, dns, tls}
	case a.Error == "timeout":
		return []labs.Layer{entry, dns, dest, listener}
	case a.Error == "tls: not TLS", hasFlag(a.Flag, "DPE"):
		return []labs.Layer{listener, dest}
	case strings.HasPrefix(a.Error, "tls: "):
		return []labs.Layer{tls, listener, dest}
	case a.Error != "":
		return []labs.Layer{tls, listener, dest, route}
	case has(notFound):
		return []labs.Layer{route, listener}
	case hasFlag(a.Flag, "FI"):
		return []labs.Layer{route}
	case has(rbac), has(jwt), has(authz), a.Flag != "":
		return []labs.Layer{dest}
	case has(direct) && a.Code >= 400:
		return []labs.Layer{route}
	case a.Code == 403 && strings.HasPrefix(a.Body, "RBAC: access denied"):
		return []labs.Layer{dest}
	case a.Upstream || has("via_upstream") || a.Code < 400:
		return nil
	}
	return byCode(a.Code)
}

// byCode guesses for an answer of the gateway itself whose log line has not
// come yet.
func byCode(code int) []labs.Layer {
	switch code {
	case 404:
		return []labs.Layer{labs.LayerRoute, labs.LayerListener}
	case 400, 426, 431:
		return []labs.Layer{labs.LayerListener, labs.LayerDestination}
	}
	return []labs.Layer{labs.LayerDestination, labs.LayerRoute}
}

func answerText(a labs.Answer) string {
	if a.Error != "" {
		out := a.Error
		if a.Flag != "" || a.Details != "" {
			out += " (" + strings.TrimSpace(a.Flag+" "+a.Details) + ")"
		}
		return out
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", a.Code, a.Flag, a.Details))
}
