package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// manual writes the manual and returns its pages.
func manual(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	e, out := offline(t)
	if code := run(t.Context(), e, []string{"man", "--dir", dir}); code != 0 {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("pages: %q, %v", pages, err)
	}
	return pages
}

// TestManual: each command that people see has a page, and each of its flags
// is on it; what is hidden has none.
func TestManual(t *testing.T) {
	t.Parallel()
	dir := filepath.Dir(manual(t)[0])
	for _, c := range commandsOf(rootCommand(&env{})) {
		page, err := os.ReadFile(filepath.Join(dir, pageName(c)+".1"))
		seen := c.Root() == c || c.IsAvailableCommand() && !c.IsAdditionalHelpTopicCommand()
		for p := c; p != nil; p = p.Parent() {
			seen = seen && !p.Hidden
		}
		if seen != (err == nil) {
			t.Errorf("%s: has a page: %v, people see it: %v", c.CommandPath(), err == nil, seen)
		}
		if !seen {
			continue
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if want := `\fB\-\-` + roffWord(f.Name) + `\fP`; !f.Hidden && !bytes.Contains(page, []byte(want)) {
				t.Errorf("%s: --%s is not on its page", c.CommandPath(), f.Name)
			}
		})
	}
	page, err := os.ReadFile(filepath.Join(dir, "gatedrill.1"))
	if err != nil || !bytes.Contains(page, []byte("the cluster could not be asked")) {
		t.Errorf("the exit codes are not on gatedrill.1 (%v)", err)
	}
}

// TestManualIsSoundRoff has a formatter read all pages, and complain.
func TestManualIsSoundRoff(t *testing.T) {
	t.Parallel()
	pages := manual(t)
	asked := 0
	for _, tool := range [][]string{{"mandoc", "-Tlint", "-Wwarning"}, {"groff", "-man", "-ww", "-z", "-Kutf8"}} {
		program, err := exec.LookPath(tool[0])
		if err != nil {
			t.Logf("%s did not read the pages: it is not on PATH", tool[0])
			continue
		}
		asked++
		if out, err := exec.CommandContext(t.Context(), program, append(tool[1:], pages...)...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", tool[0], err, out)
		}
	}
	if asked == 0 {
		t.Skip("no page was formatted: neither mandoc nor groff is on PATH")
	}
}

func TestRoff(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\nb\n\nc":                 "a\nb\n.PP\nc\n",
		"a:\n\n  x -y\n\n  z\n\nb":  "a:\n.PP\n.nf\n  x \\-y\n.PP\n  z\n.fi\n.PP\nb\n",
		"  x\nb":                    ".nf\n  x\n.fi\n.PP\nb\n",
		".so /etc/passwd\n'a\nb\\c": "\\&.so /etc/passwd\n\\&'a\nb\\ec\n",
		"":                          "",
	} {
		if got := roffText(text); got != want {
			t.Errorf("%q:\n%swant\n%s", text, got, strings.TrimSpace(want))
		}
	}
}
