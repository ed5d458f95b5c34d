package run

import (
	"context"
	"os"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

type fullWorld = World // World is one of its methods

// elsewhere is a world whose gateway has an address.
type elsewhere struct {
	fullWorld
	address string
}

func (p elsewhere) GatewayAddress(context.Context, *labs.Lab) (string, error) { return p.address, nil }

func (p elsewhere) Trust(context.Context) (map[string]string, error) { return nil, nil }

func (p elsewhere) Pairs(context.Context, *labs.Lab) (map[string][2][]byte, error) {
	return map[string][2][]byte{"night-till": {[]byte("certificate"), []byte("key")}}, nil
}

func (p elsewhere) Tokens(context.Context, *labs.Lab) (map[string]string, error) {
	return map[string]string{"alice": "ey.."}, nil
}

// What a lab's clients have, the learner's shell has too.
func TestTheShellHasWhatClientsHave(t *testing.T) {
	t.Parallel()
	spec, err := ShellOf(t.Context(), &Cluster{World: elsewhere{address: "192.0.2.1"}}, &labs.Lab{ID: "shop"}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for variable, want := range map[string]string{"CERT_NIGHT_TILL": "certificate", "KEY_NIGHT_TILL": "key"} {
		if got, err := os.ReadFile(spec.Env[variable]); err != nil || string(got) != want {
			t.Errorf("$%s: %q %v", variable, got, err)
		}
	}
	if spec.Env["TOKEN_ALICE"] != "ey.." {
		t.Errorf("no token in %v", spec.Env)
	}
}

// Commands that know no --resolve say where the gateway is by one word, which
// every backend fills.
func TestTheShellSaysWhereTheGatewayIs(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][2]string{
		"192.0.2.1": {"192.0.2.1:80", "192.0.2.1:443"}, "2001:db8::1": {"[2001:db8::1]:80", "[2001:db8::1]:443"},
	} {
		spec, err := ShellOf(t.Context(), &Cluster{World: elsewhere{address: address}}, &labs.Lab{ID: "shop"}, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{spec.Env["GATEWAY_80"], spec.Env["GATEWAY_443"]}; got != want || spec.Env["GATEWAY_IP"] != address {
			t.Errorf("%s: got %q in %v", address, got, spec.Env)
		}
	}
}
