package match

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// TestClaimOfAToken: a claim that no proxy looks for fits nothing; one of a
// token that cannot be read cannot be told.
func TestClaimOfAToken(t *testing.T) {
	t.Parallel()
	staff := envoy.Claim{Path: []string{"group"}, Text: envoy.StringMatch{Kind: "exact", Value: "staff"}}
	deep := envoy.Claim{Path: []string{"realm", "roles"}, Text: envoy.StringMatch{Kind: "prefix", Value: "adm"}}
	not := staff
	not.Invert = true
	read := Token{Claims: map[string]any{"group": "staff", "realm": map[string]any{"roles": []any{"user", "admin"}}}}
	other := Token{Claims: map[string]any{"group": []any{"guest"}}}
	none := Token{None: "the request brings no token"}
	for _, tt := range []struct {
		name  string
		claim envoy.Claim
		token Token
		want  Outcome
	}{
		{"no token", staff, none, FitsNot},
		{"no token, inverted", not, none, Fits},
		{"not read", staff, Token{}, Unknown},
		{"not read, inverted", not, Token{}, Unknown},
		{"it says so", staff, read, Fits},
		{"it says so, inverted", not, read, FitsNot},
		{"it says something else", staff, other, FitsNot},
		{"one of a list, further in", deep, read, Fits},
		{"nothing so far in", deep, other, FitsNot},
		{"compared in a new way", envoy.Claim{Path: []string{"group"}, Text: envoy.StringMatch{Kind: envoy.Unknown}}, read, Unknown},
	} {
		res := RouteFits(envoy.Route{Claims: []envoy.Claim{tt.claim}}, Request{Method: "GET", Path: "/", Token: tt.token})
		if res.Outcome != tt.want {
			t.Errorf("%s: %+v, want %v", tt.name, res, tt.want)
		}
	}
}
