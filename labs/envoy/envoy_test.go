package envoy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// dump has the shape of Envoy 1.40's /config_dump?include_eds, cut down.
const dump = `{"configs":[
{"@type":"type.googleapis.com/envoy.admin.v3.BootstrapConfigDump","bootstrap":{"node":{"id":"x"}}},
{"@type":"type.googleapis.com/envoy.admin.v3.ClustersConfigDump",
 "static_clusters":[{"cluster":{"name":"agent","type":"STATIC","load_assignment":{"cluster_name":"agent","endpoints":[{"lb_endpoints":[{"endpoint":{"address":{"socket_address":{"address":"127.0.0.1","port_value":15020}}}}]}]}}}],
 "dynamic_active_clusters":[
  {"cluster":{"name":"outbound|80||shop","type":"EDS","eds_cluster_config":{"service_name":"outbound|80||shop"},
   "circuit_breakers":{"thresholds":[{"max_connections":100}]},
   "metadata":{"filter_metadata":{"istio":{"config":"/apis/networking.istio.io/v1/namespaces/shop/destination-rule/shop"}}},
   "transport_socket_matches":[{"name":"tlsMode-istio","match":{"tlsMode":"istio"}},{"name":"tlsMode-disabled","match":{}}]}},
  {"cluster":{"name":"outbound|443||partner","type":"STRICT_DNS","circuit_breakers":{"thresholds":[{"max_connections":4294967295}]},
   "transport_socket":{"name":"envoy.transport_sockets.tls","typed_config":{"@type":"type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext","sni":"partner.example.com",
    "common_tls_context":{"combined_validation_context":{"validation_context_sds_secret_config":{"name":"kubernetes://partner-ca-cacert"}}}}}}}],
 "dynamic_warming_clusters":[{"cluster":{"name":"outbound|80||shop","type":"EDS"}},{"cluster":{"name":"cold","type":"EDS"}}]},
{"@type":"type.googleapis.com/envoy.admin.v3.ListenersConfigDump",
 "static_listeners":[{"listener":{"name":"health","address":{"socket_address":{"address":"0.0.0.0","port_value":15021}}}}],
 "dynamic_listeners":[
  {"name":"0.0.0.0_8443","active_state":{"listener":{"name":"0.0.0.0_8443","address":{"socket_address":{"address":"0.0.0.0","port_value":8443}},
   "listener_filters":[{"name":"envoy.filters.listener.tls_inspector"}],
   "filter_chains":[
    {"filter_chain_match":{"server_names":["shop.example.com"]},
     "transport_socket":{"name":"envoy.transport_sockets.tls","typed_config":{"@type":"type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
      "require_client_certificate":true,"common_tls_context":{"tls_certificate_sds_secret_configs":[{"name":"kubernetes://shop-cert"}],"alpn_protocols":["h2","http/1.1"],
      "combined_validation_context":{"validation_context_sds_secret_config":{"name":"kubernetes://shop-cert-cacert"}}}}},
     "filters":[{"name":"envoy.filters.network.http_connection_manager","typed_config":{"@type":"type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      "rds":{"route_config_name":"https.443.https.public.shop"},"http_filters":[{"name":"envoy.filters.http.router"}]}}]},
    {"filter_chain_match":{"server_names":["pass.example.com"],"prefix_ranges":[{"address_prefix":"10.0.0.0","prefix_len":8}]},
     "filters":[{"name":"envoy.filters.network.tcp_proxy","typed_config":{"@type":"type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy","cluster":"outbound|443||pass"}}]}]}}},
  {"name":"0.0.0.0_9443","warming_state":{"listener":{"name":"0.0.0.0_9443","address":{"socket_address":{"address":"0.0.0.0","port_value":9443}}}}},
  {"name":"0.0.0.0_7443","draining_state":{"listener":{"name":"0.0.0.0_7443","address":{"socket_address":{"address":"0.0.0.0","port_value":7443}}}}}]},
{"@type":"type.googleapis.com/envoy.admin.v3.RoutesConfigDump",
 "dynamic_route_configs":[{"route_config":{"name":"https.443.https.public.shop","ignore_port_in_host_matching":true,"virtual_hosts":[{"name":"shop.example.com:443","domains":["shop.example.com"],"routes":[
  {"name":"r0","match":{"safe_regex":{"regex":"/a.*"},"case_sensitive":false,"headers":[{"name":":method","string_match":{"exact":"POST"},"invert_match":true},{"name":"x","present_match":false}],"query_parameters":[{"name":"q","string_match":{"prefix":"1"}}]},
   "route":{"weighted_clusters":{"clusters":[{"name":"a","weight":90},{"name":"b","weight":0}]},"cluster_not_found_response_code":"INTERNAL_SERVER_ERROR"},
   "metadata":{"filter_metadata":{"istio":{"config":"/apis/networking.istio.io/v1/namespaces/shop/virtual-service/shop"}}},
   "typed_per_filter_config":{"envoy.filters.http.fault":{"abort":{"http_status":418}}}},
  {"match":{"path_separated_prefix":"/b"},"redirect":{"https_redirect":true}},
  {"match":{"prefix":"/"},"direct_response":{"status":404}}]}]}}]},
{"@type":"type.googleapis.com/envoy.admin.v3.SecretsConfigDump",
 "dynamic_active_secrets":[{"name":"kubernetes://shop-cert","secret":{"tls_certificate":{"certificate_chain":{"inline_bytes":"UEVN"}}}}],
 "dynamic_warming_secrets":[{"name":"kubernetes://shop-cert"},{"name":"kubernetes://www-cert"}]},
{"@type":"type.googleapis.com/envoy.admin.v3.EndpointsConfigDump",
 "dynamic_endpoint_configs":[{"endpoint_config":{"cluster_name":"outbound|80||shop","endpoints":[{"lb_endpoints":[
  {"health_status":"HEALTHY","endpoint":{"address":{"socket_address":{"address":"10.244.0.5","port_value":8080}}},"metadata":{"filter_metadata":{"envoy.transport_socket_match":{"tlsMode":"istio"}}}}]}]}}]}
]}`

const clusterHealth = `{"cluster_statuses":[
 {"name":"outbound|80||shop","host_statuses":[{"address":{"socket_address":{"address":"10.244.0.5","port_value":8080}},"health_status":{"eds_health_status":"HEALTHY","failed_outlier_check":true}}]},
 {"name":"outbound|80||empty"}]}`

func TestParse(t *testing.T) {
	t.Parallel()
	c, err := Parse([]byte(dump), []byte(clusterHealth))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Listeners: []Listener{
			{Name: "health", Address: "0.0.0.0", Port: 15021, Static: true},
			{Name: "0.0.0.0_8443", Address: "0.0.0.0", Port: 8443, Inspects: true, Filters: []string{"envoy.filters.listener.tls_inspector"}, Chains: []Chain{
				{
					Match: Match{Names: []string{"shop.example.com"}}, HTTP: true, Route: "https.443.https.public.shop",
					TLS:     &TLS{Secrets: []string{"kubernetes://shop-cert"}, CA: "kubernetes://shop-cert-cacert", RequireClient: true, ALPN: []string{"h2", "http/1.1"}},
					Filters: []string{"envoy.filters.network.http_connection_manager", "envoy.filters.http.router"},
				},
				{
					Match:    Match{Names: []string{"pass.example.com"}, Prefixes: []string{"10.0.0.0/8"}},
					Clusters: []string{"outbound|443||pass"}, Weighted: []Weighted{{"outbound|443||pass", 100}}, Filters: []string{"envoy.filters.network.tcp_proxy"},
				},
			}},
			{Name: "0.0.0.0_9443", Address: "0.0.0.0", Port: 9443, Warming: true},
		},
		Routes: []RouteConfig{{Name: "https.443.https.public.shop", IgnorePort: true, Hosts: []VirtualHost{{
			Name: "shop.example.com:443", Domains: []string{"shop.example.com"}, Routes: []Route{
				{
					Name: "r0", Path: PathMatch{Kind: "regex", Value: "/a.*", IgnoreCase: true}, Clusters: []string{"a"}, Abort: 418, NotFound: 500,
					Weighted: []Weighted{{"a", 90}, {"b", 0}}, Timeout: 15 * time.Second, Filters: []string{"envoy.filters.http.fault"},
					Headers: []HeaderMatch{{Name: ":method", Kind: "exact", Value: "POST", Invert: true}, {Name: "x", Kind: "present", Absent: true}},
					Query:   []HeaderMatch{{Name: "q", Kind: "prefix", Value: "1"}},
					Config:  "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/shop",
				},
				{Path: PathMatch{Kind: "separated", Value: "/b"}, Redirect: &Redirect{Scheme: "https", Code: 301}},
				{Path: PathMatch{Kind: "prefix", Value: "/"}, Direct: 404},
			},
		}}}},
		Clusters: []Cluster{
			{Name: "agent", Type: "STATIC"},
			{Name: "outbound|80||shop", Type: "EDS", Service: "outbound|80||shop", Sockets: []Socket{{Name: "tlsMode-istio", Labels: map[string]string{"tlsMode": "istio"}}}, MaxConnections: 100, Config: "/apis/networking.istio.io/v1/namespaces/shop/destination-rule/shop"},
			{Name: "outbound|443||partner", Type: "STRICT_DNS", TLS: &UpstreamTLS{SNI: "partner.example.com", CA: "kubernetes://partner-ca-cacert"}},
			{Name: "cold", Type: "EDS", Warming: true},
		},
		Secrets: []Secret{{Name: "kubernetes://shop-cert", Cert: "PEM"}, {Name: "kubernetes://shop-cert", Warming: true}, {Name: "kubernetes://www-cert", Warming: true}},
		Endpoints: map[string][]Endpoint{
			"agent":              {{Address: "127.0.0.1:15020", Health: "HEALTHY"}},
			"outbound|80||shop":  {{Address: "10.244.0.5:8080", Health: "HEALTHY", Labels: map[string]string{"tlsMode": "istio"}, Failed: []string{"failed_outlier_check"}}},
			"outbound|80||empty": {},
		},
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if s, ok := c.Secret("kubernetes://shop-cert"); !ok || s.Warming {
		t.Error("the active secret comes before the one that warms")
	}
	if n := len(c.ListenersAt(15021)); n != 0 {
		t.Errorf("%d listeners of the bootstrap are taken for the gateway's", n)
	}
	for name, mode := range map[string]string{"outbound|80||shop": "AUTO", "outbound|443||partner": "SIMPLE", "agent": "DISABLE"} {
		if x, _ := c.Cluster(name); x.Mode() != mode {
			t.Errorf("%s: mode %s, want %s", name, x.Mode(), mode)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "decode config dump: unexpected end of JSON input",
		`{"configs":[{"@type":"a/x.RoutesConfigDump","dynamic_route_configs":7}]}`: "decode config dump: json: cannot unmarshal number into Go struct field section.configs.dynamic_route_configs",
		`{"configs":[]}`: "decode config dump: it has no ListenersConfigDump",
		`{"configs":[{"@type":"a.RoutesConfigDump","dynamic_route_configs":[{"route_config":{"virtual_hosts":[{"name":"v","routes":[{"match":{"prefix":7}}]}]}}]}]}`: `decode config dump: RoutesConfigDump: route 0 of virtual host "v": match: prefix: json:`,
	} {
		_, err := Parse([]byte(text), nil)
		if err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
			t.Errorf("%q: %v, want %s…", text, err, want)
		}
	}
	if _, err := Parse([]byte(dump), []byte("x")); err == nil {
		t.Error("broken cluster health was taken")
	}
}
