package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
)

func TestFailureOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want failure
	}{
		{"three parts", errors.New("attach to the sandbox: no cluster is running (start it with: gatedrill cluster up)"),
			failure{"no cluster is running", "attach to the sandbox", "start it with: gatedrill cluster up"}},
		{"a colon in quotes is none", errors.New(`trace --header "a: b": want "Name: value"`),
			failure{`want "Name: value"`, `trace --header "a: b"`, ""}},
		{"an escaped quote ends nothing", errors.New(`trace "a\": b": want a URL`), failure{"want a URL", `trace "a\": b"`, ""}},
		{"what to do is on lines of its own", errors.New("lab x is in progress\nfinish it, or: gatedrill lab reset"),
			failure{"lab x is in progress", "", "finish it, or: gatedrill lab reset"}},
		{"parentheses in the parenthesis", errors.New("a: b (do (this) that)"), failure{"b", "a", "do (this) that"}},
		{"no part but one", errors.New("a) b"), failure{"a) b", "", ""}},
		{"what a context's trouble says", fmt.Errorf("look: %w", &kubecontext.Trouble{What: "no (real) answer", Next: "log in (again)"}),
			failure{"no (real) answer", "look", "log in (again)"}},
	} {
		if diff := cmp.Diff(tt.want, failureOf(tt.err, tt.err.Error())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestAsksJSON(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{"--json": true, "x --json=true": true, "x --json=false": false, "run -- x --json": false, "": false} {
		if got := asksJSON(strings.Fields(line)); got != want {
			t.Errorf("%q: %t", line, got)
		}
	}
}
