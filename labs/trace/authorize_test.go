package trace

import (
	"testing"

	"sigs.k8s.io/yaml"
)

// Rules as Istio's reference for AuthorizationPolicy describes them.
func TestPolicyRules(t *testing.T) {
	t.Parallel()
	get := caller{
		target: target{authority: "shop.example.com:8080", method: "GET", path: "/api/cart?x=1", headers: map[string]string{"x-team": "red"}},
		port:   8080, principal: "cluster.local/ns/web/sa/front", source: "10.1.2.3:4567",
	}
	tcp := get
	tcp.tcp = true
	for _, tt := range []struct {
		name, rules, action string
		caller              caller
		want                truth
	}{
		{"no rules match nothing", `[]`, "ALLOW", get, no},
		{"an empty rule matches all", `[{}]`, "ALLOW", get, yes},
		{"method and path", `[{to: [{operation: {methods: [GET], paths: ["/api/*"]}}]}]`, "ALLOW", get, yes},
		{"another method", `[{to: [{operation: {methods: [POST], paths: ["/api/*"]}}]}]`, "ALLOW", get, no},
		{"the query is no part of a path", `[{to: [{operation: {paths: ["/api/cart"]}}]}]`, "ALLOW", get, yes},
		{"a host with or without port", `[{to: [{operation: {hosts: [shop.example.com]}}]}]`, "ALLOW", get, yes},
		{"not this path", `[{to: [{operation: {notPaths: ["/api/cart"]}}]}]`, "ALLOW", get, no},
		{"rules are alternatives", `[{to: [{operation: {methods: [POST]}}]}, {to: [{operation: {ports: ["8080"]}}]}]`, "ALLOW", get, yes},
		{"from and to both", `[{from: [{source: {namespaces: [other]}}], to: [{operation: {methods: [GET]}}]}]`, "ALLOW", get, no},
		{"a principal's end", `[{from: [{source: {principals: ["*/sa/front"]}}]}]`, "ALLOW", get, yes},
		{"an address", `[{from: [{source: {ipBlocks: ["10.1.0.0/16"]}}]}]`, "ALLOW", get, yes},
		{"another address", `[{from: [{source: {ipBlocks: ["10.2.0.0/16"]}}]}]`, "ALLOW", get, no},
		{"an address behind proxies is not known", `[{from: [{source: {remoteIpBlocks: ["10.1.0.0/16"]}}]}]`, "ALLOW", get, maybe},
		{"a token is asked for, none is sent", `[{from: [{source: {requestPrincipals: ["*"]}}]}]`, "ALLOW", get, no},
		{"no token is refused", `[{from: [{source: {notRequestPrincipals: ["*"]}}]}]`, "DENY", get, yes},
		{"a header", `[{when: [{key: "request.headers[x-team]", values: [red]}]}]`, "ALLOW", get, yes},
		{"another header", `[{when: [{key: "request.headers[x-team]", notValues: [red]}]}]`, "ALLOW", get, no},
		{"a key nobody knows", `[{when: [{key: "source.weather", values: [rain]}]}]`, "ALLOW", get, maybe},
		{"a template of a path", `[{to: [{operation: {paths: ["/api/{*}"]}}]}]`, "ALLOW", get, maybe},
		{"DENY on a TCP port loses methods and paths", `[{to: [{operation: {methods: [POST], paths: ["/hello"]}}]}]`, "DENY", tcp, yes},
		{"ALLOW on a TCP port never matches them", `[{to: [{operation: {methods: [GET]}}]}]`, "ALLOW", tcp, no},
		{"DENY on a TCP port keeps the port", `[{to: [{operation: {methods: [POST], ports: ["9090"]}}]}]`, "DENY", tcp, no},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var rules []any
			if err := yaml.Unmarshal([]byte(tt.rules), &rules); err != nil {
				t.Fatal(err)
			}
			policy := object{"spec": map[string]any{"action": tt.action, "rules": rules}}
			if got := tt.caller.matches(policy); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
}

// What a gateway writes of a client's certificate is Envoy's to put together:
// no policy about it is judged by its absence in the request.
func TestClientCertificateHeader(t *testing.T) {
	t.Parallel()
	partners := object{"key": "request.headers[X-Forwarded-Client-Cert]", "values": []any{"*DNS=partner.example"}}
	for _, c := range []struct {
		name      string
		certified bool
		want      truth
	}{{"the client showed one", true, maybe}, {"it has none", false, no}} {
		if got := (caller{target: target{certified: c.certified}}).condition(partners); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
