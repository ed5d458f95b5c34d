package envoy

import (
	"fmt"
	"testing"
)

// TestSocketOfAnEndpoint: the first socket counts whose labels the endpoint
// has; one without labels is for every endpoint, whatever it is called.
func TestSocketOfAnEndpoint(t *testing.T) {
	t.Parallel()
	const (
		hbone    = `{"name":"hbone","match":{"tunnel":"http"}}`
		identity = `"transport_socket":{"name":"tls","typed_config":{"@type":"x.UpstreamTlsContext","sni":"mesh","common_tls_context":{"tls_certificate_sds_secret_configs":[{"name":"default"}]}}}`
		simple   = `"transport_socket":{"name":"tls","typed_config":{"@type":"x.UpstreamTlsContext","sni":"partner"}}`
		plain    = `{"name":"tlsMode-disabled","match":{}}`
	)
	mesh, none := Endpoint{Labels: map[string]string{"tlsMode": "istio"}}, Endpoint{}
	tunnel := Endpoint{Labels: map[string]string{"tlsMode": "istio", "tunnel": "http"}}
	for _, tt := range []struct {
		name, cluster, mode      string
		toMesh, toNone, toTunnel string // SNI, "" for plain text
	}{
		{"by the peer's label", `"transport_socket_matches":[` + hbone + `,{"name":"tlsMode-istio","match":{"tlsMode":"istio"},` + identity + `},` + plain + `]`, "AUTO", "mesh", "", ""},
		{"a rule's mutual TLS, without a match", `"transport_socket_matches":[` + hbone + `,{"name":"tlsMode-istio",` + identity + `}]`, "ISTIO_MUTUAL", "mesh", "mesh", ""},
		{"a rule's TLS, with an empty match", `"transport_socket_matches":[` + hbone + `,{"name":"tlsMode-istio","match":{},` + simple + `}]`, "SIMPLE", "partner", "partner", ""},
		{"what comes after a socket for all", `"transport_socket_matches":[` + plain + `,{"name":"tlsMode-istio","match":{"tlsMode":"istio"},` + identity + `}]`, "DISABLE", "", "", ""},
		{"the cluster's own where none fits", simple + `,"transport_socket_matches":[{"name":"x","match":{"zone":7},` + identity + `}]`, "AUTO", "partner", "partner", "partner"},
		{"no matches at all", identity, "ISTIO_MUTUAL", "mesh", "mesh", "mesh"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dump := fmt.Sprintf(`{"configs":[{"@type":"x.ListenersConfigDump"},{"@type":"x.ClustersConfigDump","dynamic_active_clusters":[{"cluster":{"name":"c",%s}}]}]}`, tt.cluster)
			cfg, err := Parse([]byte(dump), nil)
			if err != nil {
				t.Fatal(err)
			}
			c, _ := cfg.Cluster("c")
			if c.Mode() != tt.mode {
				t.Errorf("mode %s, want %s", c.Mode(), tt.mode)
			}
			for _, to := range []struct {
				e    Endpoint
				want string
			}{{mesh, tt.toMesh}, {none, tt.toNone}, {tunnel, tt.toTunnel}} {
				got := ""
				if tls := c.To(to.e); tls != nil {
					got = tls.SNI
				}
				if got != to.want {
					t.Errorf("to %v: SNI %q, want %q", to.e.Labels, got, to.want)
				}
			}
		})
	}
}
