package trace

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

// TLS for a server further on is not judged where the way to the server ends
// before it, and stays unknown where nothing else is broken.
func TestMaskOfTLSForAServerFurtherOn(t *testing.T) {
	t.Parallel()
	for want, route := range map[labs.Verdict]labs.Verdict{labs.OffPath: labs.Broken, labs.Unknown: labs.Healthy} {
		tls, next := newReport(labs.LayerTLS), newReport(labs.LayerRoute)
		tls.Verdict, tls.beyond, next.Verdict = labs.Unknown, true, route
		mask([]*report{tls, next})
		if tls.Verdict != want {
			t.Errorf("route %s: tls is %s, want %s", route, tls.Verdict, want)
		}
	}
}
