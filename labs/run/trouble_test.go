package run

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

func TestTroubleNamesAnAPIThatDoesNotAnswer(t *testing.T) {
	const why = "watch: dial unix /x/api.sock: connect: connection refused"
	s := snapshot.Snapshot{Missing: map[string]string{"Deployment": why, "Service": why, "Pod": why}}
	got := trouble(&labs.Lab{}, s)
	if !strings.Contains(got, "API does not answer (connection refused)") || !strings.Contains(got, "gatedrill sandbox start") {
		t.Errorf("%q", got)
	}
	delete(s.Missing, "Service")
	if got := trouble(&labs.Lab{}, s); got != "" {
		t.Errorf("one kind alone is no trouble of the API: %q", got)
	}
}
