package main

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/content"
)

// TestHelpAnswersNoLab: the answer of an example stands in no lab, and no
// example gives a verdict.
func TestHelpAnswersNoLab(t *testing.T) {
	t.Parallel()
	var labs strings.Builder
	err := fs.WalkDir(content.Labs(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(content.Labs(), path)
		labs.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, c := range commandsOf(rootCommand(&env{})) {
		for line := range strings.Lines(c.Long + "\n" + c.Example + "\n") {
			f := strings.Fields(line)
			if len(f) < 5 || f[0] != "gatedrill" || f[1] != "lab" || f[3] == "STEP" {
				continue
			}
			switch f[2] {
			case "verdict":
				t.Errorf("%s --help gives a verdict: %s", c.CommandPath(), line)
			case "answer":
				seen++
				for _, part := range strings.Split(f[len(f)-1], "/") {
					if strings.Contains(labs.String(), part) {
						t.Errorf("%s --help: %q stands in a lab: %s", c.CommandPath(), part, line)
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no example shows how an answer is typed")
	}
}

// commandsOf lists a command with all below it.
func commandsOf(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		all = append(all, commandsOf(sub)...)
	}
	return all
}
