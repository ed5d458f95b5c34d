package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rules say which imports a subtree may hold; the first that matches wins.
var rules = []struct {
	tree string   // package path under the module
	ours []string // module packages it may import ("x/..." for a subtree)
	deny []string // third-party and std prefixes it may not import
}{
	{"content", nil, []string{"charm.land/", "k8s.io/", "database/sql", "os/exec"}},
	{"cards/sqlite", []string{"cards/..."}, []string{"charm.land/", "k8s.io/", "os/exec", "net"}},
	{"cards/anki", []string{"cards/anki"}, []string{"charm.land/", "k8s.io/", "os/exec", "net"}},
	{"cards", []string{"cards/..."}, []string{"charm.land/", "k8s.io/", "database/sql", "modernc.org/", "os/exec", "net"}},
	{"labs", []string{"labs/..."}, []string{"charm.land/"}},
	{"tui", []string{"tui/...", "cards", "labs"}, []string{"k8s.io/", "database/sql", "os/exec", "net"}},
	{"cmd", []string{"cmd/...", "tui", "tui/layout", "tui/shell", "tui/look", "tui/setup", "cards/...", "labs/...", "content"}, nil},
}

func TestLayers(t *testing.T) {
	const mod = "github.com/gatedrill/gatedrill/"
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, mod+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		pkg := strings.TrimPrefix(f[0], mod)
		i := slices.IndexFunc(rules, func(r struct {
			tree string
			ours []string
			deny []string
		}) bool {
			return under(pkg, r.tree)
		})
		if i < 0 {
			t.Errorf("%s: no layer rule covers it", pkg)
			continue
		}
		for _, imp := range f[1:] {
			if rest, ours := strings.CutPrefix(imp, mod); ours {
				if !slices.ContainsFunc(rules[i].ours, func(p string) bool { return match(rest, p) }) {
					t.Errorf("%s may not import %s", pkg, rest)
				}
				continue
			}
			if slices.ContainsFunc(rules[i].deny, func(p string) bool { return strings.HasPrefix(imp, p) && (strings.HasSuffix(p, "/") || under(imp, p)) }) {
				t.Errorf("%s may not import %s", pkg, imp)
			}
		}
	}
}

func under(p, tree string) bool { return p == tree || strings.HasPrefix(p, tree+"/") }

func match(p, pat string) bool {
	if tree, ok := strings.CutSuffix(pat, "/..."); ok {
		return under(p, tree)
	}
	return p == pat
}
