package snapshot_test

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"

	"github.com/google/go-cmp/cmp"
)

func object(t *testing.T, text string) snapshot.Object {
	t.Helper()
	var o snapshot.Object
	if err := yaml.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestProxyRole(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, spec string
		want       labs.Role
	}{
		{"router", `{containers: [{name: istio-proxy, args: [proxy, router]}]}`, labs.RoleGateway},
		{"waypoint", `{containers: [{name: istio-proxy, args: [proxy, waypoint, --domain, x]}]}`, labs.RoleWaypoint},
		{"sidecar", `{containers: [{name: app}, {name: istio-proxy, args: [proxy, sidecar]}]}`, labs.RoleSidecar},
		{"sidecar as an init container", `{containers: [{name: app}], initContainers: [{name: istio-proxy, args: [proxy, sidecar]}]}`, labs.RoleSidecar},
		{"nothing said", `{containers: [{name: istio-proxy, args: [proxy]}]}`, labs.RoleSidecar},
		{"no proxy", `{containers: [{name: app, args: [router]}]}`, ""},
		{"fields of the wrong type", `{containers: {name: istio-proxy}, initContainers: [3, {name: [istio-proxy]}]}`, ""},
	}
	for _, tt := range tests {
		if got := snapshot.ProxyRole(object(t, "spec: "+tt.spec)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestServiceAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, service string
		want          []string
	}{
		{"load balancer before external", `{spec: {externalIPs: [10.0.0.9]}, status: {loadBalancer: {ingress: [{ip: 10.0.0.1}, {hostname: lb.example.com}]}}}`, []string{"10.0.0.1", "lb.example.com", "10.0.0.9"}},
		{"pending", `{status: {loadBalancer: {}}}`, nil},
		{"of the wrong type", `{spec: {externalIPs: 10.0.0.9}, status: {loadBalancer: [{ingress: 3}]}}`, nil},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, snapshot.ServiceAddresses(object(t, tt.service))); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}
