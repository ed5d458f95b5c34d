package main

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
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

func settingsCommand(e *env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "settings [KEY=VALUE…]", Short: "Show or set colours, keys, limits, and where labs run",
		ValidArgsFunction: offerEach(e, settingWords),
		Long: `Shows every setting, or sets some. Without a value a setting is what it was by
itself. The terminal program changes the same on its own screen: , at home.

    gatedrill settings theme=contrast shell=whole
    gatedrill settings key.hint=ctrl+h new=12
    gatedrill settings theme=

Those of the terminal are in settings.json of the data directory; a variable
goes before what is chosen there: ` + variables() + `.`,
		RunE: func(c *cobra.Command, args []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				all := settings{e, func(context.Context) (*study.Service, error) { return s, nil }}
				if err := all.setAll(c.Context(), args); err != nil {
					return err
				}
				list, err := all.List(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(e.Stdout, allSettingsJSON(list))
				}
				return printAllSettings(e, list)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func variables() string {
	var out []string
	for _, s := range look.Table() {
		out = append(out, "$"+s.Variable())
	}
	return strings.Join(append(out, "$GATEDRILL_BACKEND"), ", ")
}

// setAll sets what is written KEY=VALUE.
func (s settings) setAll(ctx context.Context, args []string) error {
	together := map[string]string{}
	for _, a := range args {
		key, value, found := strings.Cut(a, "=")
		if !found {
			return usagef("%q: want KEY=VALUE", a)
		}
		one, err := s.named(a, key)
		if err != nil {
			return err
		}
		if one.Fixed != "" {
			return usagef("%s: %s goes before what is chosen here", key, one.Fixed)
		}
		if one.Group == groupTerminal || one.Group == groupKeys {
			together[key] = value
		} else if err := s.Set(ctx, one, value); err != nil {
			return usagef("%w", err)
		}
	}
	if len(together) == 0 {
		return nil
	}
	if err := s.chooseLooks(together); err != nil {
		return usagef("%w", err)
	}
	return nil
}

// named is the setting of a key, found without reading what was chosen, which
// may be what is to be mended.
func (s settings) named(text, key string) (setup.Setting, error) {
	for _, t := range look.Table() {
		if t.Name == key {
			return s.fixed(setup.Setting{Group: groupTerminal, Key: key}, t), nil
		}
	}
	if key == whereKey {
		return s.where()
	}
	if strings.HasPrefix(key, "key.") {
		return setup.Setting{Group: groupKeys, Key: key}, nil
	}
	if _, err := cards.ParseSetting(text, 0); err != nil {
		if _, other := cards.ParseSetting(key+"=", 0); other != nil {
			return setup.Setting{}, usagef("there is no setting %q: gatedrill settings lists all", key)
		}
	}
	return setup.Setting{Group: groupCards, Key: key}, nil
}

// fixed says which variable goes before what is chosen.
func (s settings) fixed(one setup.Setting, t look.Setting) setup.Setting {
	if s.e.Getenv(t.Variable()) != "" {
		one.Fixed = "$" + t.Variable()
	}
	return one
}

func printAllSettings(e *env, list []setup.Setting) error {
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KEY\tVALUE\tDEFAULT\tWHAT")
	for _, s := range list {
		value := s.Value
		if s.Fixed != "" {
			value += " (" + s.Fixed + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", visible(s.Key), visible(value), visible(s.Default), s.About)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print the settings: %w", err)
	}
	return nil
}

func allSettingsJSON(list []setup.Setting) []object {
	out := []object{}
	for _, s := range list {
		o := object{"group": s.Group, "key": s.Key, "value": s.Value, "default": s.Default}
		if s.Fixed != "" {
			o["fixedBy"] = s.Fixed
		}
		out = append(out, o)
	}
	return out
}
