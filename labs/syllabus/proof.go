package syllabus

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/gatedrill/gatedrill/labs"
)

// Backends lists where labs run, in the order of the page's columns.
func Backends() []string { return []string{"sandbox", "kind", "context"} }

// Proofs are what was proved live, by backend and lab.
type Proofs map[string]map[string]Proof

// Proof is how one lab did on one backend.
type Proof struct {
	Lab    string `json:"lab"`              // fingerprint of what was proved
	Holds  int    `json:"holds,omitempty"`  // checks that held, when all did
	Fails  string `json:"fails,omitempty"`  // else the first that did not
	Lacked bool   `json:"lacked,omitempty"` // the backend lacks what the lab requires
}

// words say how a lab did, as it is now.
func (p Proofs) words(backend string, l labs.Lab, fingerprint string) string {
	proof, tried := p[backend][l.ID]
	switch {
	case !tried:
		return "not tried"
	case proof.Lab != fingerprint:
		return "changed since"
	case proof.Lacked:
		return "not offered"
	case proof.Fails != "":
		return "✗ " + proof.Fails
	}
	return fmt.Sprintf("✓ %d", proof.Holds)
}

// Fingerprint is of all that a proof of a lab rests on: what it applies, asks,
// expects and runs. Words that are only read, and places in files, are left
// out.
func Fingerprint(l labs.Lab) (string, error) {
	text, err := json.Marshal(claims(l))
	if err != nil {
		return "", fmt.Errorf("fingerprint of lab %s: %w", l.ID, err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return "", fmt.Errorf("fingerprint of lab %s: %w", l.ID, err)
	}
	if text, err = json.Marshal(placeless(tree)); err != nil {
		return "", fmt.Errorf("fingerprint of lab %s: %w", l.ID, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6]), nil
}

// claims is a lab without its words.
func claims(l labs.Lab) labs.Lab {
	l.Title, l.Ticket, l.Debrief, l.Catalogue = "", "", "", ""
	l.Minutes, l.Difficulty, l.After, l.Cards, l.Shapes = 0, 0, nil, nil, nil
	l.Places, l.From = nil, ""
	steps := map[labs.Step]labs.StepPlan{}
	for name, s := range l.Steps {
		s.Hints, s.Wrong, s.Cards = nil, "", nil
		if s.Finding != nil {
			f := *s.Finding
			f.Ask = ""
			s.Finding = &f
		}
		steps[name] = s
	}
	l.Steps = steps
	return l
}

// placeless takes places in files, and manifests as they are written, out of
// a tree.
func placeless(tree any) any {
	switch t := tree.(type) {
	case map[string]any:
		delete(t, "Pos")
		if _, manifest := t["Object"].(map[string]any); manifest {
			delete(t, "Text")
		}
		for k, v := range t {
			t[k] = placeless(v)
		}
	case []any:
		for i, v := range t {
			t[i] = placeless(v)
		}
	}
	return tree
}
