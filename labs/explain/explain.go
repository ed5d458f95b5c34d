// Package explain says what a path means in words that people can hand on: one
// sentence for a ticket, and the two commands of the ordinary tools that show
// what it rests on. It is pure, knows no cluster, and tells no more than the
// path that it is given: one that hides layers is explained without them.
package explain

import (
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Sentence is the path in one sentence, with a full stop.
func Sentence(p labs.Path) string {
	asked := subject(p.Request)
	if r, ok := p.Broken(); ok {
		ends := outcome(p.Answer, "cannot work")
		if a := p.Answer; a.Observed && a.Error == "" && a.Code < 400 {
			ends += ", not as it should,"
		}
		return fmt.Sprintf("%s %s because %s.", asked, ends, because(p, r))
	}
	if r, ok := p.First(labs.Unknown); ok {
		return fmt.Sprintf("%s %s; whether %s is healthy is not known: %s.", asked, outcome(p.Answer, "was not asked for"), place(p, r), bare(Short(r.Summary)))
	}
	if len(p.Hops) == 0 {
		return asked + " was not looked at."
	}
	return fmt.Sprintf("%s %s, and nothing on its way is broken.", asked, outcome(p.Answer, "was not asked for"))
}

// subject is the request as people call it.
func subject(r labs.Request) string {
	out := r.URL
	if r.Method != "" && r.Method != "GET" {
		out = r.Method + " " + out
	}
	if !r.Outside() {
		out += " from " + r.From
	}
	return out
}

// outcome is what came of the request; without an answer it is what the
// caller says.
func outcome(a labs.Answer, unasked string) string {
	switch {
	case !a.Observed:
		return unasked
	case a.Error == "dns":
		return "is not resolved"
	case a.Error == "refused":
		return "is refused a connection"
	case a.Error == "reset":
		return "is cut off (connection reset)"
	case a.Error == "timeout":
		return "gets no answer in time"
	case a.Error == "unreachable":
		return "reaches nobody (host unreachable)"
	case strings.HasPrefix(a.Error, "tls: "):
		return "fails in the TLS handshake (" + strings.TrimPrefix(a.Error, "tls: ") + ")"
	case a.Error != "":
		return "fails (" + a.Error + ")"
	case a.Code == 0:
		return "is answered"
	}
	out := fmt.Sprintf("answers %d", a.Code)
	if said := strings.TrimSpace(a.Flag + " " + a.Details); a.Code >= 400 && said != "" {
		out += " (" + said + ")"
	}
	return out
}

// because says what a broken layer found.
func because(p labs.Path, r labs.LayerReport) string {
	out := "of " + place(p, r)
	if len(r.Objects) > 0 {
		out = "of " + r.Objects[0].String() + " (" + place(p, r) + ")"
	}
	if r.Summary != "" {
		out += ": " + bare(r.Summary)
	}
	if r.Want != "" {
		out += "; wanted: " + bare(r.Want)
	}
	if r.Got != "" {
		found := bare(r.Got)
		if len(r.Objects) > 0 { // it is named already
			found = strings.TrimPrefix(found, r.Objects[0].String()+": ")
		}
		out += "; found: " + found
	}
	return out
}

// place names a layer, with its hop where there are several proxies.
func place(p labs.Path, r labs.LayerReport) string {
	if r.Hop != "" && len(p.Proxies()) > 1 {
		return string(r.Layer) + " at the " + r.Hop
	}
	return string(r.Layer)
}

// bare is text for the middle of a sentence.
func bare(s string) string {
	return strings.TrimRight(strings.Join(strings.Fields(s), " "), ".")
}
