package cri

import (
	"slices"
	"strings"
	"testing"

	rt "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/program"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	app := program.Program{Entry: []string{"/usr/local/bin/app", "-v"}}
	proxy := program.Program{Entry: []string{"/usr/local/bin/pilot-agent"}, Role: program.Proxy}
	for _, c := range []struct {
		name          string
		program       program.Program
		command, args string
		want          plan
	}{
		{"entry", app, "", "", plan{argv: words("/usr/local/bin/app -v")}},
		{"entry and args", app, "", "-p 80", plan{argv: words("/usr/local/bin/app -v -p 80")}},
		{"command instead of entry", app, "sleep 5", "", plan{argv: words("sleep 5")}},
		{"an app called with a proxy's words", app, "", "proxy sidecar", plan{argv: words("/usr/local/bin/app -v proxy sidecar")}},
		{"gateway", proxy, "", "proxy router --domain x", plan{argv: words("/usr/local/bin/pilot-agent proxy router --domain x"), waitFor: istiod}},
		{"sidecar", proxy, "", "proxy sidecar", plan{argv: words("/.gatedrill/pod mark 1337 /usr/local/bin/pilot-agent proxy sidecar"), waitFor: istiod}},
		{"waypoint", proxy, "", "proxy waypoint", plan{argv: words("/usr/local/bin/pilot-agent proxy waypoint"), waitFor: istiod, env: words("ISTIO_META_ISTIO_VERSION=1.29.0")}},
		{"init", proxy, "", "istio-iptables -p 15001", plan{argv: words("/usr/local/bin/pilot-agent istio-iptables -p 15001"), redirect: words("-p 15001")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := planFor(c.program, &rt.ContainerConfig{Command: words(c.command), Args: words(c.args)})
			if !slices.Equal(got.argv, c.want.argv) || !slices.Equal(got.env, c.want.env) || got.waitFor != c.want.waitFor || !slices.Equal(got.redirect, c.want.redirect) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func words(s string) []string { return strings.Fields(s) }

func TestResolvConf(t *testing.T) {
	t.Parallel()
	got := resolvConf(&rt.DNSConfig{Servers: []string{"10.96.0.10"}, Searches: words("default.svc.cluster.local svc.cluster.local"), Options: []string{"ndots:5"}})
	const want = "nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local\noptions ndots:5\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
