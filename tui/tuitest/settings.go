package tuitest

import (
	"context"

	"github.com/gatedrill/gatedrill/tui/look"
	"github.com/gatedrill/gatedrill/tui/setup"
)

// Settings keeps what is set, as those of looks only.
type Settings struct {
	Chosen look.Look
	Err    error // of List
}

var _ setup.Settings = (*Settings)(nil)

// NewSettings are those of somebody who chose nothing.
func NewSettings() *Settings { return &Settings{Chosen: look.Default()} }

// List is a setting of each group.
func (s *Settings) List(context.Context) ([]setup.Setting, error) {
	var out []setup.Setting
	for _, t := range look.Table() {
		out = append(out, setup.Setting{Group: "terminal", Key: t.Name, Value: s.Chosen.Value(t.Name), Default: t.Default, Values: t.Values, About: t.About})
	}
	out = append(out, setup.Setting{Group: "labs", Key: "labs-run-on", Value: "kind", Default: "sandbox", Fixed: "$GATEDRILL_BACKEND", About: "where labs run"},
		setup.Setting{Group: "cards", Key: "new", Value: "12", Default: "8", About: "most new cards a day"})
	for _, k := range look.Keys() {
		out = append(out, setup.Setting{Group: "keys", Key: k.Name, Value: s.Chosen.Value(k.Name), Default: k.Default, About: k.About})
	}
	return out, s.Err
}

// Set stores a value of looks.
func (s *Settings) Set(_ context.Context, one setup.Setting, value string) error {
	return s.Chosen.Set(one.Key, value)
}

// Look is what is chosen.
func (s *Settings) Look(context.Context) (look.Look, error) { return s.Chosen, nil }
