package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/tui/look"
	"github.com/gatedrill/gatedrill/tui/setup"
)

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
