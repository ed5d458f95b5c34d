package tuitest

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/screen"
)

// Editor plays the learner's editor: each run of it calls Write, and Keep
// returns the next of Errs.
type Editor struct {
	Edited  []string // ids
	OpenErr error
	Write   func() error
	Errs    []error
	Notes   []string
	Same    bool // nothing was changed
}

// Edit begins to change a card.
func (e *Editor) Edit(_ context.Context, card string) (screen.Editing, error) {
	if e.OpenErr != nil {
		return nil, e.OpenErr
	}
	e.Edited = append(e.Edited, card)
	return e, nil
}

// Command is the editor.
func (e *Editor) Command(context.Context) tea.ExecCommand {
	return Shell{Do: func() error {
		if e.Write == nil {
			return nil
		}
		return e.Write()
	}}
}

// Keep takes over what was written.
func (e *Editor) Keep(context.Context) (screen.Kept, error) {
	if len(e.Errs) > 0 {
		err := e.Errs[0]
		e.Errs = e.Errs[1:]
		return screen.Kept{}, err
	}
	return screen.Kept{Changed: !e.Same, File: "/home/jo/decks/edited-tls.md", Notes: e.Notes}, nil
}

// Left is where the draft stays.
func (e *Editor) Left() string { return "/home/jo/drafts/passthrough-sni-1.md" }

// Kinds are prompts of the kinds that ask for something, by name.
func Kinds() map[string]*cards.Prompt {
	log := "```\n\"GET /cart HTTP/1.1\" 404 NR route_not_found - \"-\" 0 0 0 - \"10.0.0.7\" \"curl/8.5.0\" \"shop.example.com\" \"-\" - -\n```"
	causes := []cards.Option{{Text: "no virtual host has this name, or no route this path", Right: true}, {Text: "no listener has this port"}, {Text: "the backend answered `404`"}}
	all := map[string]cards.Card{
		"cloze": {Kind: cards.KindCloze, Front: "In `PASSTHROUGH` mode the gateway picks the filter chain by the [a field] of the ClientHello.", Back: "**server name (SNI)**\n\nEverything after it is encrypted."},
		"choice": {
			Kind: cards.KindChoice, Front: "`503 UH`, and the cluster is right. What is your next look?", Back: "The cluster has no healthy endpoint: why, the EndpointSlices say.",
			Key: cards.Key{Options: []cards.Option{{Text: "the route table of the gateway"}, {Text: "the Service's endpoints", Right: true}, {Text: "the gateway's certificate, and whether its private key is the one that fits it"}}},
		},
		"command": {
			Kind: cards.KindCommand, Front: "Show the routes that the ingress gateway's Envoy has.", Back: "```\nistioctl proxy-config routes deploy/istio-ingressgateway -n istio-system\n```",
			Key: cards.Key{Accept: []string{"istioctl proxy-config routes deploy/istio-ingressgateway -n istio-system"}},
		},
		"triage": {
			Kind: cards.KindTriage, Front: log, Back: "`NR` is Envoy's own answer: listener and TLS did their part, and no route was found.",
			Key: cards.Key{Layer: "route", Options: causes},
		},
		"triage-free": {
			Kind: cards.KindTriage, Front: log, Back: "`NR` is Envoy's own answer: no route was found.", Key: cards.Key{Layer: "route"},
		},
	}
	out := map[string]*cards.Prompt{}
	for name, c := range all {
		p := *Prompts(1)[0]
		c.ID, c.Note, c.Deck, c.Source = name, name, "tls", p.Card.Source
		p.Card, p.Day = c, 20000
		out[name] = &p
	}
	return out
}
