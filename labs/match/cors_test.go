package match

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

func TestOrigin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		allowed []envoy.StringMatch
		want    Outcome
	}{
		{"none", nil, FitsNot},
		{"the origin", []envoy.StringMatch{{Kind: "exact", Value: "https://a.example"}}, Fits},
		{"a slash at its end", []envoy.StringMatch{{Kind: "exact", Value: "https://a.example/"}}, FitsNot},
		{"the second", []envoy.StringMatch{{Kind: "exact", Value: "https://b.example"}, {Kind: "prefix", Value: "https://a."}}, Fits},
		{"one that cannot be told", []envoy.StringMatch{{Kind: envoy.Unknown}, {Kind: "exact", Value: "https://b.example"}}, Unknown},
	} {
		if got := Origin(envoy.CORS{Origins: tt.allowed}, "https://a.example"); got.Outcome != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got.Outcome, tt.want)
		}
	}
}
