package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs/verify"
)

// A lab that a cluster does not offer was not proved, and is not marked so.
func TestProofMarks(t *testing.T) {
	t.Parallel()
	for mark, line := range map[string]verify.Line{
		"✓": {Check: "base healthy", OK: true},
		"✗": {Check: "base healthy", Why: "it is not"},
		"–": {Check: "not offered: the cluster lacks sidecar", NotOffered: true},
	} {
		var out bytes.Buffer
		printProof(&env{Stdout: &out}, line)
		if !strings.HasPrefix(out.String(), mark+" ") {
			t.Errorf("%+v: %q, want it to begin with %s", line, out.String(), mark)
		}
	}
}
