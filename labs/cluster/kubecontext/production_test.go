package kubecontext

import (
	"strings"
	"testing"
)

func TestProduction(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		target Target
		want   string
	}{
		{Target{Context: "kind-dev", Cluster: "kind-dev", Server: "https://127.0.0.1:6443"}, ""},
		{Target{Context: "prod"}, "prod in the context's name"},
		{Target{Context: "eu-prod1"}, "prod in the context's name"},
		{Target{Context: "arn:aws:eks:eu-west-1:1:cluster/shop_PRD"}, "prd in the context's name"},
		{Target{Context: "shopProd"}, "prod in the context's name"},
		{Target{Cluster: "gke_acme_production_a"}, "production in the cluster's name"},
		{Target{Server: "https://api.live.example.com:443"}, "live in the server's address"},
		{Target{Context: "product-team", Cluster: "deliver", Server: "https://reproduce.olive.example.com"}, ""},
		{Target{Context: "liveness", Cluster: "prodigy"}, ""},
		{Target{Context: "live-prod", Server: "https://prod"}, "live in the context's name, prod in the context's name, prod in the server's address"},
	} {
		if got := strings.Join(tt.target.Production(), ", "); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.target, got, tt.want)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"kind-dev": "kind-dev", "..": "%2E.", "a/b": "a%2Fb", "arn:aws:eks": "arn%3Aaws%3Aeks", "50%": "50%25",
	} {
		if got := fileName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
