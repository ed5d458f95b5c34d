package trace

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

// Envoy looks for a filter chain by the server name, and the Gateway that is
// meant is found by the host where the client sends none.
func TestTargetWithoutServerName(t *testing.T) {
	t.Parallel()
	got, err := parse(labs.Request{From: "outside", URL: "https://shop.example.com/", SNI: labs.NoServerName})
	if err != nil {
		t.Fatal(err)
	}
	if got.sni != "" || got.name() != "shop.example.com" || got.address {
		t.Errorf("server name %q, meant for %q, an address: %v", got.sni, got.name(), got.address)
	}
}
