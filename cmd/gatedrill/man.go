package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func manCommand(e *env) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "man", Short: "Write the manual: a page for each command", Args: cobra.NoArgs,
		Long: `Writes the manual: gatedrill.1, and a page for each command, such as
gatedrill-lab-start.1. Without --dir they go where man finds them by itself, if
~/.local/bin is on your PATH: $XDG_DATA_HOME/man/man1, else ~/.local/share/man/man1.`,
		Example: "  gatedrill man && man gatedrill-trace\n  gatedrill man --dir . && man ./gatedrill.1",
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				data, err := dataHome(e.Getenv, os.UserHomeDir)
				if err != nil {
					return fmt.Errorf("find a place for the manual: %w (name one: --dir DIR)", err)
				}
				dir = filepath.Join(data, "man", "man1")
			}
			if err := writeManual(c.Root(), dir, e.Now()); err != nil {
				return fmt.Errorf("write the manual: %w (name another place: --dir DIR)", err)
			}
			fmt.Fprintf(e.Stdout, "written to %s; read it: man %s\n", visible(dir), visible(filepath.Join(dir, pageName(c.Root())+".1")))
			return nil
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "write them to this `folder`")
	return c
}

// writeManual writes the pages of a command and of those below it.
func writeManual(c *cobra.Command, dir string, now time.Time) error {
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, pageName(c)+".1"), []byte(manPage(c, now)), 0o644)
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() {
			err = errors.Join(err, writeManual(sub, dir, now))
		}
	}
	return err
}

// pageName is what man is asked for: "gatedrill-lab-start".
func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is the manual page of a command, in the man language of roff.
// Topics of help stand on the page of the command that they are under.
func manPage(c *cobra.Command, now time.Time) string {
	var b strings.Builder
	section := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, ".SH %s\n%s", title, text)
		}
	}
	fmt.Fprintf(&b, ".TH %s 1 %s %q gatedrill\n", roffWord(strings.ToUpper(pageName(c))), now.UTC().Format(time.DateOnly), "gatedrill "+version())
	section("NAME", roffWord(pageName(c))+" \\- "+roffText(c.Short))
	section("SYNOPSIS", ".B "+roffText(c.UseLine()))
	about := c.Long
	if about == "" {
		about = c.Short
	}
	section("DESCRIPTION", roffText(about))
	c.InitDefaultHelpFlag()
	c.InitDefaultVersionFlag()
	section("OPTIONS", roffFlags(c.NonInheritedFlags()))
	section("GLOBAL OPTIONS", roffFlags(c.InheritedFlags()))
	section("EXAMPLES", roffText(c.Example))
	var also []string
	if c.HasParent() {
		also = append(also, pageName(c.Parent()))
	}
	for _, sub := range c.Commands() {
		if sub.IsAdditionalHelpTopicCommand() {
			section(strings.ToUpper(roffWord(sub.Name())), roffText(sub.Long))
		} else if sub.IsAvailableCommand() {
			also = append(also, pageName(sub))
		}
	}
	for i, name := range also {
		also[i] = "\\fB" + roffWord(name) + "\\fP(1)"
	}
	if len(also) > 0 {
		section("SEE ALSO", strings.Join(also, ",\n")+"\n")
	}
	return b.String()
}

func roffFlags(fl *pflag.FlagSet) string {
	var b strings.Builder
	fl.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		b.WriteString(".TP\n")
		if f.Shorthand != "" {
			fmt.Fprintf(&b, "\\fB\\-%s\\fP, ", f.Shorthand)
		}
		value, usage := pflag.UnquoteUsage(f)
		fmt.Fprintf(&b, "\\fB\\-\\-%s\\fP \\fI%s\\fP\n", roffWord(f.Name), roffWord(value))
		if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "[]" {
			usage += " (default " + d + ")"
		}
		b.WriteString(roffText(usage))
	})
	return b.String()
}

// roffText is help as a page has it: paragraphs are filled, indented lines stay
// as they are.
func roffText(s string) string {
	var b strings.Builder
	gap, asIs := "", false
	for line := range strings.Lines(strings.TrimRight(s, "\n")) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")
		if strings.TrimSpace(line) == "" {
			gap = ".PP\n"
			continue
		}
		indented := strings.HasPrefix(line, "  ")
		if indented != asIs {
			gap = ".PP\n"
		}
		if asIs && !indented {
			b.WriteString(".fi\n")
		}
		if b.Len() > 0 { // else a heading stands before it
			b.WriteString(gap)
		}
		if indented && !asIs {
			b.WriteString(".nf\n")
		}
		gap, asIs = "", indented
		b.WriteString(roffWord(line) + "\n")
	}
	if asIs {
		b.WriteString(".fi\n")
	}
	return b.String()
}

// roffWord has no character that roff reads as its own; a hyphen of a command
// stays one that can be copied.
func roffWord(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
