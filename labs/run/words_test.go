package run

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

// The standing questions speak of the proxy that the step is about.
func TestStandingQuestionsNameTheHop(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{"": "gateway", "gateway": "gateway", "sidecar": "workload's sidecar", "egress": "egress gateway", "waypoint": "waypoint"} {
		for _, step := range []labs.Step{labs.StepEntry, labs.StepListeners} {
			if _, question := words(step, at); !strings.Contains(question, want) {
				t.Errorf("%s at %q: %q does not name the %s", step, at, question, want)
			}
		}
	}
}
