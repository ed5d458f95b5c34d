// Package match says what Envoy picks, as Envoy picks: the listener and the
// filter chain of a connection, the virtual host of an authority, the route
// of a request. It is pure, and has three answers: it fits, it does not and
// why, or it cannot be told and what it would take to tell. Whoever asks must
// not take the third for one of the others. Package trace asks what Envoy has,
// package intent what objects mean, both here.
package match

import (
	"net"
	"strings"
)

// Outcome is one of three answers.
type Outcome int

// The answers.
const (
	FitsNot Outcome = iota
	Fits
	Unknown
)

// Result is an answer with its reason; one that fits has none.
type Result struct {
	Outcome Outcome
	Why     string
}

func yes() Result               { return Result{Outcome: Fits} }
func no(why string) Result      { return Result{Outcome: FitsNot, Why: why} }
func unknown(why string) Result { return Result{Outcome: Unknown, Why: "cannot tell: " + why} }

// OK says whether it fits.
func (r Result) OK() bool { return r.Outcome == Fits }

// and joins two conditions: one that does not fit decides.
func (r Result) and(other Result) Result {
	if r.Outcome == FitsNot || r.Outcome == Unknown && other.Outcome != FitsNot {
		return r
	}
	return other
}

// Request is a request as Envoy sees it.
type Request struct {
	Method    string
	Scheme    string
	Authority string // with its port, when the client sends one
	Path      string // with the query
	Headers   map[string]string
	Token     Token
}

// header reads a header by its name, in any case; pseudo headers included.
func (r Request) header(name string) (string, bool) {
	switch name = strings.ToLower(name); name {
	case ":method":
		return r.Method, true
	case ":scheme":
		return r.Scheme, r.Scheme != ""
	case ":authority", "host":
		return r.Authority, r.Authority != ""
	case ":path":
		return r.Path, r.Path != ""
	}
	if v, ok := r.Headers[name]; ok {
		return v, true
	}
	for k, v := range r.Headers {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return "", false
}

// PathOnly is a path without its query.
func PathOnly(path string) string {
	p, _, _ := strings.Cut(path, "?")
	return p
}

// query reads the first parameter of that name, as it is written.
func (r Request) query(name string) (string, bool) {
	_, query, _ := strings.Cut(r.Path, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if k, v, _ := strings.Cut(pair, "="); k == name {
			return v, true
		}
	}
	return "", false
}

// WithoutPort is an authority's host.
func WithoutPort(authority string) string {
	if h, _, err := net.SplitHostPort(authority); err == nil {
		return h
	}
	return authority
}
