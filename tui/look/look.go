// Package look is what a person chose of how the program looks and behaves in
// their terminal: one table of settings, from which the screen, the command
// line, the variables and the documentation are made.
package look

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/tui/keymap"
)

// Look is what was chosen, every field one of its setting's values.
type Look struct {
	Theme string
	Shell string
	Mouse bool
	Keys  map[keymap.Intent][]string // where they are not those of the table
}

// The themes, and where the learner's shell opens.
const (
	ThemeAuto     = "auto"
	ThemeDark     = "dark"
	ThemeLight    = "light"
	ThemeContrast = "contrast"
	ThemeANSI     = "ansi"
	ThemeNone     = "none"

	ShellAuto   = "auto"
	ShellBeside = "beside"
	ShellWhole  = "whole"
)

// Setting is one line of the table.
type Setting struct {
	Name    string
	Values  []string // none: any text
	Default string
	About   string
}

// keyPrefix begins the names of settings that rebind a key.
const keyPrefix = "key."

// Table is every setting but those of keys, in the order in which they are shown.
func Table() []Setting {
	return []Setting{
		{"theme", []string{ThemeAuto, ThemeDark, ThemeLight, ThemeContrast, ThemeANSI, ThemeNone}, ThemeAuto,
			"colours: auto goes by the terminal's background, contrast is black or white with strong colours, ansi the terminal's own sixteen, none has none"},
		{"shell", []string{ShellAuto, ShellBeside, ShellWhole}, ShellAuto,
			"where your shell opens in a lab: auto is beside the lab where both have room, else on the whole terminal"},
		{"mouse", []string{"on", "off"}, "on", "whether the shell beside the lab gets the mouse; off leaves marking and copying to your terminal"},
	}
}

// Keys is a setting for each intent that can be given other keys.
func Keys() []Setting {
	var out []Setting
	seen := map[keymap.Intent]bool{}
	for _, b := range keymap.Table() {
		if !seen[b.Intent] && b.Intent != keymap.Interrupt {
			seen[b.Intent] = true
			out = append(out, Setting{Name: keyPrefix + dashed(b.Intent), Default: strings.Join(b.Keys, " "), About: b.Long})
		}
	}
	return out
}

func dashed(i keymap.Intent) string { return strings.ReplaceAll(string(i), " ", "-") }

// Default is the look of somebody who chose nothing.
func Default() Look {
	l := Look{Keys: map[keymap.Intent][]string{}}
	for _, s := range Table() {
		l.put(s.Name, s.Default)
	}
	return l
}

// Set chooses a value. An empty one is the default again. The error names the
// setting, and what it may be.
func (l *Look) Set(name, value string) error {
	if intent, ok := strings.CutPrefix(name, keyPrefix); ok {
		return l.bind(keymap.Intent(strings.ReplaceAll(intent, "-", " ")), strings.Fields(value))
	}
	table := Table()
	at := slices.IndexFunc(table, func(s Setting) bool { return s.Name == name })
	if at < 0 {
		return fmt.Errorf("there is no setting %q: `gatedrill settings` lists all", name)
	}
	if value == "" {
		value = table[at].Default
	}
	if !slices.Contains(table[at].Values, value) {
		return fmt.Errorf("%s=%q: want %s", name, value, strings.Join(table[at].Values, ", "))
	}
	l.put(name, value)
	return nil
}

// SetAll chooses values together: keys that change places do not meet on the way.
func (l *Look) SetAll(values map[string]string) error {
	keys := map[keymap.Intent][]string{}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		intent, isKey := strings.CutPrefix(name, keyPrefix)
		if !isKey {
			errs = append(errs, l.Set(name, values[name]))
			continue
		}
		keys[keymap.Intent(strings.ReplaceAll(intent, "-", " "))] = strings.Fields(values[name])
	}
	return errors.Join(append(errs, l.rebind(keys))...)
}

func (l *Look) put(name, value string) {
	switch name {
	case "theme":
		l.Theme = value
	case "shell":
		l.Shell = value
	case "mouse":
		l.Mouse = value == "on"
	}
}

// Value is what is chosen for a setting.
func (l Look) Value(name string) string {
	switch name {
	case "theme":
		return l.Theme
	case "shell":
		return l.Shell
	case "mouse":
		if l.Mouse {
			return "on"
		}
		return "off"
	}
	intent, _ := strings.CutPrefix(name, keyPrefix)
	return strings.Join(l.Keys[keymap.Intent(strings.ReplaceAll(intent, "-", " "))], " ")
}

// bind gives an intent other keys, or with none, or those of the table, the
// table's.
func (l *Look) bind(i keymap.Intent, keys []string) error {
	next := maps.Clone(l.Keys)
	delete(next, i)
	next[i] = keys
	return l.rebind(next)
}

// rebind takes keys over, if they go together.
func (l *Look) rebind(keys map[keymap.Intent][]string) error {
	all := Keys()
	for i, k := range keys {
		at := slices.IndexFunc(all, func(s Setting) bool { return s.Name == keyPrefix+dashed(i) })
		switch {
		case at < 0:
			return fmt.Errorf("there is no setting %q: `gatedrill settings` lists all", keyPrefix+dashed(i))
		case len(k) == 0 || strings.Join(k, " ") == all[at].Default:
			delete(keys, i)
		}
	}
	if _, err := keymap.Rebind(keymap.Table(), keys); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	l.Keys = keys
	return nil
}

// Bindings are the keys that were chosen.
func (l Look) Bindings() *keymap.Keys {
	table, err := keymap.Rebind(keymap.Table(), l.Keys)
	if err != nil {
		table = keymap.Table() // Set lets none in that do not fit
	}
	return keymap.New(table)
}

// Variable is the environment's variable that goes before what was chosen; keys
// have none.
func (s Setting) Variable() string {
	if strings.HasPrefix(s.Name, keyPrefix) {
		return ""
	}
	return "GATEDRILL_" + strings.ToUpper(s.Name)
}
