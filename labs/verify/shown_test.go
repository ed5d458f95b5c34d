package verify_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/verify"
)

// showing is a world whose facts are so in the fake cluster.
func showing() labs.Showing {
	expr := func(t string) labs.Expr { return labs.Expr{Text: t} }
	return labs.Showing{
		ID: "edge",
		Lab: labs.Lab{
			ID: "shown-edge", Base: route("shop"),
			Requests: map[string]labs.Request{"main": {Name: "main"}, "stranger": {Name: "stranger"}},
			Goals: []labs.Check{
				{Title: "as it is: answers", That: expr("requests.main.code == 200")},
				{Title: "a typo: not-found", That: expr("requests.main.code == 404")},
			},
		},
		Views: []labs.Sight{
			{Title: "as it is", Facts: map[string]labs.Taught{"answers": {That: expr("requests.main.code == 200"), Run: "echo one two", Prints: []string{"two"}, Lacks: []string{"three"}}}},
			{Title: "a typo", Does: route("shpo"), Facts: map[string]labs.Taught{"not-found": {That: expr("requests.main.code == 404")}, "said": {Run: "echo 404", Prints: []string{"404"}}}},
		},
	}
}

func TestShown(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*labs.Showing)
		want   []string // each line that does not hold: check, then why
	}{
		{"all of it is so", func(*labs.Showing) {}, nil},
		{"a fact is not so", func(w *labs.Showing) { w.Views[1].Does = route("shop") }, []string{"a typo: card not-found", "want 404, got 200"}},
		{"a fact of the view before", func(w *labs.Showing) { w.Lab.Goals[1].That.Text = "requests.main.code == 200" }, []string{"a typo: card not-found", "want 200, got 404"}},
		{"what cannot be seen is not shown", func(w *labs.Showing) { w.Lab.Goals[0].That.Text = "trace.main.tls.serial == ''" }, []string{"as it is: card answers", "not observed"}},
		{"a command prints something else", func(w *labs.Showing) {
			w.Views[1].Facts["said"] = labs.Taught{Run: "echo 404", Prints: []string{"200"}}
		}, []string{"a typo: card said", `prints nothing like "200"`}},
		{"a command prints too much", func(w *labs.Showing) {
			w.Views[1].Facts["said"] = labs.Taught{Run: "echo 404 500", Prints: []string{"404"}, Lacks: []string{"500"}}
		}, []string{"a typo: card said", `prints "500"`}},
		{"a command fails", func(w *labs.Showing) {
			w.Views[1].Facts["said"] = labs.Taught{Run: "echo 404; false", Prints: []string{"404"}}
		}, []string{"a typo: card said", "exit status 1"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := showing()
			c.change(&w)
			v := verifier(t, clustertest.NewAPI())
			var got []string
			v.Report = func(l verify.Line) {
				if !l.OK {
					got = append(got, l.Check, l.Why)
				}
			}
			ok, err := v.Shown(t.Context(), &w)
			if err != nil || ok != (len(c.want) == 0) || len(got) != len(c.want) {
				t.Fatalf("%s: %v, %v, failed %q", c.name, ok, err, got)
			}
			if len(c.want) > 0 && (got[0] != c.want[0] || !strings.Contains(got[1], c.want[1])) {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		})
	}
}
