// Command gatedrill-backends prints the table of labs and backends, made from
// what `gatedrill lab verify --all --json` said on each of them:
//
//	gatedrill-backends sandbox=sandbox.json kind=kind.json >docs/backends.md
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gatedrill/gatedrill/content"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/verify"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gatedrill-backends:", err)
		os.Exit(1)
	}
}

// proofs are what one backend proved, by lab.
type proofs struct {
	backend string
	lines   map[string][]verify.Line
}

func run(args []string, w io.Writer) error {
	if len(args) == 0 {
		return errors.New("want BACKEND=FILE …, files as written by gatedrill lab verify --all --json")
	}
	var all []proofs
	for _, a := range args {
		name, file, found := strings.Cut(a, "=")
		if !found {
			return fmt.Errorf("%q: want BACKEND=FILE", a)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read what %s proved: %w", name, err)
		}
		var lines []verify.Line
		if err := json.Unmarshal(text, &lines); err != nil {
			return fmt.Errorf("read what %s proved: %s: %w", name, file, err)
		}
		p := proofs{name, map[string][]verify.Line{}}
		for _, l := range lines {
			p.lines[l.Lab] = append(p.lines[l.Lab], l)
		}
		all = append(all, p)
	}
	l, problems := labfile.Open(content.Shared(), content.Labs())
	if len(problems) > 0 {
		return fmt.Errorf("read the labs: %s", problems[0])
	}
	_, err := io.WriteString(w, table(l.Labs, all))
	return err
}

const head = `# Labs and backends

Made by ` + "`make docs/backends.md`" + ` from what ` + "`gatedrill lab verify --all`" + ` proved on each backend;
do not edit it. A number is how many checks held: base healthy, broken where claimed and nowhere
else, every question and command, each shortcut stopped, solution heals, reset clean.

`

// table is the page, in Markdown.
func table(list []labs.Lab, all []proofs) string {
	var b strings.Builder
	b.WriteString(head + "| lab | requires |")
	for _, p := range all {
		fmt.Fprintf(&b, " %s |", p.backend)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(all)) + "\n")
	for _, l := range list {
		requires := strings.Join(l.Requires, ", ")
		if requires == "" {
			requires = "–"
		}
		fmt.Fprintf(&b, "| %s | %s |", l.ID, requires)
		for _, p := range all {
			fmt.Fprintf(&b, " %s |", cell(p.lines[l.ID]))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// cell says how a lab did.
func cell(lines []verify.Line) string {
	for _, l := range lines {
		if l.NotOffered {
			return "not offered"
		}
		if !l.OK {
			return "✗ " + strings.ReplaceAll(l.Check, "|", "¦")
		}
	}
	if len(lines) == 0 {
		return "not tried"
	}
	return fmt.Sprintf("✓ %d", len(lines))
}
