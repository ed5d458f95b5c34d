package fault_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
)

// A token is one that the key set of its signer accepts, until it runs out.
func TestTokens(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	lab := &labs.Lab{
		ID: "tokens",
		Tokens: []labs.Token{
			{Name: "alice", Issuer: "https://login.example", Subject: "alice", Audience: []string{"booking"}, Claims: map[string]any{"role": "nurse"}},
			{Name: "stale", Issuer: "https://login.example", Expired: true},
			{Name: "stranger", Issuer: "https://login.example", Key: "another"},
		},
		Requests: map[string]labs.Request{"main": {Name: "main", Headers: map[string]string{"Authorization": "Bearer ${TOKEN:alice}"}}, "api": {Name: "api"}},
		Base: labs.Change{Objects: []labs.Manifest{{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap",
			"metadata": map[string]any{"name": "keys", "namespace": "shop"}, "data": map[string]any{"jwks": "${JWKS:login}"}}}}},
	}
	f.must(f.engine.Apply(t.Context(), lab, lab.Base))
	var keys jose.JSONWebKeySet
	text, _ := f.get("ConfigMap", "shop", "keys", "data", "jwks").(string)
	f.must(json.Unmarshal([]byte(text), &keys))
	if strings.Contains(text, `"d"`) {
		t.Error("the key set holds the private key")
	}
	tokens, err := f.engine.Tokens(t.Context(), lab)
	f.must(err)
	claims := map[string]map[string]any{}
	for name, token := range tokens {
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
		f.must(err)
		var public jwt.Claims
		var all map[string]any
		if err := parsed.Claims(keys, &public, &all); err != nil {
			if name != "stranger" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err := public.Validate(jwt.Expected{Time: time.Now()}); (err != nil) != (name == "stale") {
			t.Errorf("%s: %v", name, err)
		}
		claims[name] = all
	}
	got := claims["alice"]
	if got["role"] != "nurse" || got["sub"] != "alice" || got["iss"] != "https://login.example" || claims["stranger"] != nil {
		t.Errorf("claims: %v", claims)
	}
	requests, err := f.engine.Requests(t.Context(), lab)
	f.must(err)
	if requests[0].Name != "api" || !strings.HasPrefix(requests[1].Headers["Authorization"], "Bearer ey") {
		t.Errorf("requests: %+v", requests)
	}
	if d := cmp.Diff("Bearer ${TOKEN:alice}", lab.Requests["main"].Headers["Authorization"]); d != "" {
		t.Error("the lab itself was changed")
	}
	lab.Requests["main"] = labs.Request{Headers: map[string]string{"x": "${TOKEN:nobody}"}}
	if _, err := f.engine.Requests(t.Context(), lab); err == nil || !strings.Contains(err.Error(), `no token is called "nobody"`) {
		t.Errorf("a token that is not declared: %v", err)
	}
}
