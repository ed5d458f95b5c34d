package syllabus

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

const head = `# Syllabus

It says what each lab is about: whoever wants to work them should not read on.

Made by ` + "`make golden`" + ` from content/syllabus.yaml, the labs and docs/proofs.json; do not edit it. ` + "`make docs/proofs.json`" + ` proves
all labs on every backend. A number is how many checks held: base healthy, broken where claimed and nowhere else, every question and command,
each shortcut stopped, every solution heals, reset clean. "changed since" means that the lab is not the one that was proved there.

`

// Page is the syllabus as a Markdown page: row, lab, and how it did on each
// backend.
func Page(s Syllabus, list []labs.Lab, proofs Proofs) (string, error) {
	prints := map[string]string{}
	for _, l := range list {
		f, err := Fingerprint(l)
		if err != nil {
			return "", err
		}
		prints[l.ID] = f
	}
	var b strings.Builder
	b.WriteString(head + "| row | wanted | lab | requires |")
	for _, name := range Backends() {
		b.WriteString(" " + name + " |")
	}
	b.WriteString("\n|---|---|---|---|" + strings.Repeat("---|", len(Backends())) + "\n")
	line := func(row, wanted string, l labs.Lab) {
		requires := strings.Join(l.Requires, ", ")
		if requires == "" {
			requires = "–"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |", cell(row), cell(wanted), l.ID, requires)
		for _, name := range Backends() {
			fmt.Fprintf(&b, " %s |", cell(proofs.words(name, l, prints[l.ID])))
		}
		b.WriteString("\n")
	}
	wanting := 0
	for _, r := range s.Rows {
		title := r.Title
		for _, w := range r.Wants {
			words := w.Words()
			for _, l := range w.Of(list) {
				line(title, words, l)
				title, words = "", ""
			}
			if n := w.Lacking(list); n > 0 {
				fmt.Fprintf(&b, "| %s | %s | **none yet** | |%s\n", cell(title), cell(words), strings.Repeat(" |", len(Backends())))
				title, wanting = "", wanting+n
			}
		}
	}
	for i, l := range s.Beside(list) {
		line([]string{"in no row", ""}[min(i, 1)], l.Catalogue, l)
	}
	return b.String() + sums(list, wanting), nil
}

// sums counts what the labs have in common.
func sums(list []labs.Lab, wanting int) string {
	unseen, difficulty := 0, map[int]int{}
	for _, l := range list {
		if slices.Contains(l.UnseenBy, "analyze") {
			unseen++
		}
		difficulty[l.Difficulty]++
	}
	var spread []string
	for d := 1; d <= 5; d++ {
		spread = append(spread, fmt.Sprintf("%d of difficulty %d", difficulty[d], d))
	}
	return fmt.Sprintf("\n%d labs (%s); `istioctl analyze` is silent about %d of them. Labs that rows still want: %d.\n",
		len(list), strings.Join(spread, ", "), unseen, wanting)
}

// cell keeps a text in its cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "¦") }
