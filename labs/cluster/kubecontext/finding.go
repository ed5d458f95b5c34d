package kubecontext

import (
	"errors"
	"slices"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// Preflight is what is known before a context is agreed to.
type Preflight struct {
	Target
	Asked    bool              `json:"asked"` // the API server answered
	Findings []cluster.Finding `json:"findings"`
	// Creates lists what would be made in the cluster, and when.
	Creates []string `json:"creates"`
}

// Passed says whether the cluster can be used.
func (p Preflight) Passed() bool {
	return !slices.ContainsFunc(p.Findings, cluster.Finding.Stops)
}

func (p *Preflight) add(what, state, saw, next string) {
	p.Findings = append(p.Findings, cluster.Finding{What: what, State: state, Saw: saw, Next: next})
}

// fail adds an error; one that says what to do keeps that apart.
func (p *Preflight) fail(what string, err error, next string) {
	var t *Trouble
	if errors.As(err, &t) {
		p.add(what, cluster.Missing, t.What, t.Next)
		return
	}
	p.add(what, cluster.Missing, err.Error(), next)
}
