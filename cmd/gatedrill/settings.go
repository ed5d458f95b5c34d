package main

import (
	"context"
	"fmt"
	"maps"

	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs/note"
	"github.com/gatedrill/gatedrill/tui/look"
	"github.com/gatedrill/gatedrill/tui/setup"
)

// The groups of settings.
const (
	groupTerminal = "terminal"
	groupKeys     = "keys"
	groupCards    = "cards"
	groupLabs     = "labs"
)

// whereKey is the setting of where labs run.
const whereKey = "labs-run-on"

// settings are all of them: each is kept where what it changes looks for it.
type settings struct {
	e     *env
	study func(context.Context) (*study.Service, error)
}

var _ setup.Settings = settings{}

func (e *env) settingsFile() string { return e.path("settings.json") }

// chosenLooks reads what was chosen of looks, without variables.
func chosenLooks(e *env) (map[string]string, error) {
	kept := map[string]string{}
	if _, err := note.Read(e.settingsFile(), &kept); err != nil {
		return nil, fmt.Errorf("read the settings: %w (mend the file, or delete it)", err)
	}
	return kept, nil
}

// looksOf is what holds of looks: a variable goes before what was chosen.
func looksOf(e *env) (look.Look, error) {
	l := look.Default()
	kept, err := chosenLooks(e)
	if err != nil {
		return l, err
	}
	if err := l.SetAll(kept); err != nil {
		return l, usagef("%s: %w (mend the file, or delete it)", e.settingsFile(), err)
	}
	for _, s := range look.Table() {
		if v := e.Getenv(s.Variable()); v != "" {
			if err := l.Set(s.Name, v); err != nil {
				return l, usagef("$%s: %w", s.Variable(), err)
			}
		}
	}
	return l, nil
}

// Look is what holds of looks now.
func (s settings) Look(context.Context) (look.Look, error) { return looksOf(s.e) }

// List is every setting, group by group.
func (s settings) List(ctx context.Context) ([]setup.Setting, error) {
	l, err := looksOf(s.e)
	if err != nil {
		return nil, err
	}
	var out []setup.Setting
	for _, t := range look.Table() {
		one := setup.Setting{Group: groupTerminal, Key: t.Name, Value: l.Value(t.Name), Default: t.Default, Values: t.Values, About: t.About}
		out = append(out, s.fixed(one, t))
	}
	where, err := s.where()
	if err != nil {
		return nil, err
	}
	out = append(out, where)
	days, err := s.study(ctx)
	if err != nil {
		return nil, err
	}
	lines, err := days.Settings(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range lines {
		one := setup.Setting{Group: groupCards, Key: c.Key(), Value: c.Value, Default: c.Default, About: c.About}
		if c.Day != 0 {
			one.Fixed = "a value for today alone"
		}
		out = append(out, one)
	}
	for _, k := range look.Keys() {
		out = append(out, setup.Setting{Group: groupKeys, Key: k.Name, Value: l.Value(k.Name), Default: k.Default, About: k.About})
	}
	return out, nil
}

func (s settings) where() (setup.Setting, error) {
	c, err := s.e.choice()
	one := setup.Setting{Group: groupLabs, Key: whereKey, Value: c.Backend, Default: defaultBackend(), Values: []string{backendSandbox, backendKind},
		About: "where labs run: the sandbox of this program, a kind cluster, or a cluster of yours (gatedrill cluster use --context says which); it holds from the next start on"}
	if c.Context.Context != "" {
		one.Values = append(one.Values, backendContext)
	}
	if s.e.Getenv("GATEDRILL_BACKEND") != "" {
		one.Fixed = "$GATEDRILL_BACKEND"
	}
	return one, err
}

// Set stores a value where it is looked for.
func (s settings) Set(ctx context.Context, one setup.Setting, value string) error {
	switch one.Group {
	case groupCards:
		days, err := s.study(ctx)
		if err != nil {
			return err
		}
		return setSettings(ctx, days, false, one.Key+"="+value)
	case groupLabs:
		return s.setWhere(value)
	}
	return s.chooseLooks(map[string]string{one.Key: value})
}

// chooseLooks stores settings of looks together: keys may change places.
func (s settings) chooseLooks(values map[string]string) error {
	kept, err := chosenLooks(s.e)
	if err != nil {
		return err
	}
	maps.Copy(kept, values)
	maps.DeleteFunc(kept, func(_, value string) bool { return value == "" })
	l := look.Default()
	if err := l.SetAll(kept); err != nil {
		return err
	}
	if err := note.Write(s.e.settingsFile(), kept); err != nil {
		return fmt.Errorf("keep the setting: %w", err)
	}
	return nil
}

func (s settings) setWhere(value string) error {
	c, err := s.e.choice()
	if err != nil {
		return err
	}
	if value == backendContext && c.Context.Context == "" {
		return usagef("which cluster is not known yet: gatedrill cluster use --context NAME chooses it")
	}
	if c.Backend = value; value == "" {
		c.Backend = defaultBackend()
	}
	return s.e.choose(c)
}
