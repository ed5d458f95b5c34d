package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/look"
)

var update = flag.Bool("update", false, "write docs/settings.md anew")

const settingsPage = "../../docs/settings.md"

// TestSettingsPage holds docs/settings.md to the tables that the settings are
// made of.
func TestSettingsPage(t *testing.T) {
	want := settingsDoc()
	if *update {
		if err := os.WriteFile(settingsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(settingsPage)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("docs/settings.md is out of date (make golden):\n%s", d)
	}
}

func settingsDoc() string {
	var b strings.Builder
	b.WriteString(`# Settings

Made by ` + "`make golden`" + ` from the tables in the code; do not edit it. ` + "`gatedrill settings KEY=VALUE`" + ` sets one, the screen behind , at home
shows and changes them all. An empty value is the default again.

| setting | values | by itself | variable | what |
|---|---|---|---|---|
`)
	row := func(key, values, def, variable, about string) {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", key, values, def, variable, about)
	}
	for _, s := range look.Table() {
		row(s.Name, strings.Join(s.Values, ", "), s.Default, "`$"+s.Variable()+"`", s.About)
	}
	row(whereKey, strings.Join(backends(), ", "), backendSandbox, "`$GATEDRILL_BACKEND`", "where labs run; `gatedrill cluster use` says more")
	for _, l := range cards.Lines(nil, 0) {
		row(l.Key(), "", l.Default, "", l.About)
	}
	b.WriteString("\n## Keys\n\n" + "A key is named as it is pressed: `ctrl+h`, `f2`, `space`, `shift+pgup`; several stand with spaces between. One that would mean two things in\none place, or be lost to a text, is refused.\n\n| setting | keys | what |\n|---|---|---|\n")
	for _, s := range look.Keys() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", s.Name, s.Default, s.About)
	}
	return b.String()
}
