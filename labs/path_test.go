package labs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
)

// TestBeside: an object is named by its kind and name, or by a Service's host;
// a host that looks like it does not name it.
func TestBeside(t *testing.T) {
	t.Parallel()
	rule := labs.Object{Kind: "VirtualService", Namespace: "shop", Name: "secure"}
	service := labs.Object{Kind: "Service", Namespace: "shop", Name: "secure"}
	for summary, want := range map[string][]labs.Object{
		"SNI secure.example.com":                                {rule, service},
		"to it   VirtualService shop/secure":                    {},
		"SNI a.b → outbound|443||secure.shop.svc.cluster.local": {rule},
	} {
		if diff := cmp.Diff(want, labs.LayerReport{Summary: summary, Objects: []labs.Object{rule, service}}.Beside()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", summary, diff)
		}
	}
}
