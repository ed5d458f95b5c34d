package kubecontext

import (
	"errors"
	"slices"
)

// Finding is what a preflight says of one thing it looked at.
type Finding struct {
	What  string `json:"what"`
	State string `json:"state"` // OK, Note, Missing
	Saw   string `json:"saw"`
	Next  string `json:"next,omitempty"` // what to do about it
}

// The states of a finding. A note limits what is offered; what is missing
// keeps the cluster from being used.
const (
	OK      = "ok"
	Note    = "note"
	Missing = "missing"
)

// Preflight is what is known before a context is agreed to.
type Preflight struct {
	Target
	Asked    bool      `json:"asked"` // the API server answered
	Findings []Finding `json:"findings"`
	// Creates lists what would be made in the cluster, and when.
	Creates []string `json:"creates"`
}

// Passed says whether the cluster can be used.
func (p Preflight) Passed() bool {
	return !slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.State == Missing })
}

func (p *Preflight) add(what, state, saw, next string) {
	p.Findings = append(p.Findings, Finding{What: what, State: state, Saw: saw, Next: next})
}

// fail adds an error; one that says what to do keeps that apart.
func (p *Preflight) fail(what string, err error, next string) {
	var t *Trouble
	if errors.As(err, &t) {
		p.add(what, Missing, t.What, t.Next)
		return
	}
	p.add(what, Missing, err.Error(), next)
}
