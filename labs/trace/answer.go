package trace

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// reconcile closes the path with the real answer. Where it contradicts the
// walk, nothing is called healthy or broken by inference: the layer becomes
// unknown and says what both say.
func (j *journey) reconcile() {
	reports := j.all()
	i := slices.IndexFunc(reports, func(r *report) bool { return r.Verdict == labs.Broken })
	if !j.whole.Observed {
		if i < 0 {
			j.unanswered(reports)
		}
		return
	}
	for _, w := range j.hops {
		for _, r := range w.reports {
			if r.Verdict != labs.OffPath {
				r.see("answer: %s", answerText(w.answer))
			}
		}
	}
	at := j.speaker()
	suspects := at.suspects()
	if i >= 0 {
		j.reconcileBroken(reports[i], at, suspects)
		return
	}
	if at == j.hops[len(j.hops)-1] && j.fromServer() {
		at.serverError()
		return
	}
	if !at.limited() {
		at.doubt(suspects)
	}
}

// speaker is the proxy whose words say how the request ended: the last that
// did not merely hand on what came from behind it, else the first.
func (j *journey) speaker() *walk {
	var last *walk
	for _, w := range j.hops {
		if w.direct || w.unheard() {
			continue
		}
		last = w
		if !strings.Contains(w.answer.Details, "via_upstream") {
			return w
		}
	}
	if last == nil {
		return j.hops[0]
	}
	return last
}

// suspects are the layers that this proxy's answer speaks against.
func (w *walk) suspects() []labs.Layer {
	out := blame(w.answer)
	if w.chain != nil && w.passesThrough() && !strings.Contains(w.answer.Details, "filter_chain") {
		// The connection went through the proxy unread.
		out = slices.DeleteFunc(out, func(l labs.Layer) bool { return l == labs.LayerListener })
	}
	return out
}

// doubt: nothing is broken by the walk, yet the answer speaks against some
// layers. The likeliest one becomes unknown, unless one of them is already.
func (w *walk) doubt(suspects []labs.Layer) {
	for _, l := range suspects {
		if l == labs.LayerTLS && unconnected(w.answer) {
			continue // without a connection it is unknown anyway, and says nothing of where the request ended
		}
		if w.report(l).Verdict == labs.Unknown {
			return // the layer in question already says that it is unknown
		}
	}
	for _, l := range suspects {
		if r := w.report(l); r.Verdict == labs.Healthy {
			r.Verdict = labs.Unknown
			r.Summary = fmt.Sprintf("nothing wrong is seen here, yet the answer is %s", answerText(w.answer))
			return
		}
	}
}

// report is this proxy's report of a layer.
func (w *walk) report(l labs.Layer) *report {
	for _, r := range w.reports {
		if r.Layer == l {
			return r
		}
	}
	return newReport(l)
}

// fromServer says whether the answer is an error that a server behind the
// proxies gave.
func (j *journey) fromServer() bool {
	a := j.whole
	return a.Error == "" && a.Code >= 400 && (a.Upstream || strings.Contains(a.Details, "via_upstream"))
}

// unconnected says whether nobody took the connection at all.
func unconnected(a labs.Answer) bool { return a.Error == "refused" || a.Error == "unreachable" }

// unanswered: without a real answer the path is not closed.
func (j *journey) unanswered(reports []*report) {
	for _, last := range slices.Backward(reports) {
		if last.Verdict == labs.OffPath {
			continue
		}
		if last.Verdict == labs.Healthy {
			last.Verdict = labs.Unknown
			last.Summary += "; no real answer was seen yet"
			if j.whole.Error != "" {
				last.Summary += ": " + j.whole.Error
			}
		}
		return
	}
}

// reconcileBroken: the walk found a break; does the answer look like one of
// that layer? A policy's, a route's or a destination's break shows in the
// answer by itself, so a good answer means that the walk saw something older
// or newer than the request did.
func (j *journey) reconcileBroken(r *report, at *walk, suspects []labs.Layer) {
	hop := slices.IndexFunc(j.hops, func(w *walk) bool { return slices.Contains(w.reports, r) })
	speaks := slices.Index(j.hops, at)
	switch {
	case r.certain:
	case hop == speaks && slices.Contains(suspects, r.Layer):
	case r.Layer == labs.LayerDestination && hop == len(j.hops)-1 && j.fromServer():
	case hop > speaks && len(suspects) > 0: // the proxy before it met the break as its destination's
	default:
		r.Verdict = labs.Unknown
		r.Summary = fmt.Sprintf("%s; yet the answer is %s", r.Summary, answerText(at.answer))
		delete(r.Facts, "culprit")
	}
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
	case a.Error == "timeout" && hasFlag(a.Flag, "DI"):
		return []labs.Layer{route}
	case a.Error == "timeout" && hasFlag(a.Flag, "DC"): // this proxy had it, and waited
		return []labs.Layer{dest, route}
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
	case hasFlag(a.Flag, "FI"), hasFlag(a.Flag, "UT"):
		return []labs.Layer{route, dest}
	case a.Flag == "DI" && a.Code < 400, a.Code == http.StatusSwitchingProtocols: // how a switched connection ends is no part of the answer
		return nil
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
	return strings.Join(strings.Fields(fmt.Sprint(a.Code, " ", a.Flag, " ", a.Details)), " ")
}
