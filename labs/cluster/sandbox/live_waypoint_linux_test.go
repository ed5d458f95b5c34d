package sandbox_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
)

const waypointNamespace = "waypoint-live"

// Both kinds of gateway hand requests to a Service's waypoint, whose route and
// policies then hold; without the label on the Service they go past it.
func TestLiveWaypoint(t *testing.T) {
	h := sandboxtest.Up(t)
	if !h.Has(labs.CapabilityWaypoint) {
		t.Fatalf("the sandbox has the capabilities %v", h.Capabilities)
	}
	began := time.Now()
	classic, gwapi := waypointWorld(t, h)
	for _, gateway := range []struct{ name, address string }{{"classic", classic}, {"Gateway API", gwapi}} {
		for _, c := range []struct {
			method, host string
			status       int
			seen         bool   // the waypoint's route added its header
			refused      string // the policy that the waypoint's log names
		}{
			{http.MethodGet, "orders", http.StatusOK, true, ""},
			{http.MethodDelete, "orders", http.StatusForbidden, false, "no-delete"},
			{http.MethodPut, "orders", http.StatusForbidden, false, "no-put"},
			{http.MethodGet, "direct", http.StatusOK, false, ""},
			{http.MethodDelete, "direct", http.StatusOK, false, ""},
			{http.MethodPut, "direct", http.StatusOK, false, ""},
		} {
			t.Run(gateway.name+" "+c.method+" "+c.host, func(t *testing.T) {
				path := "/waypoint-" + time.Now().Format("150405.000000")
				body, code, err := ask(t.Context(), h, gateway.address, c.method, c.host+".waypoint.example.com", path)
				if err != nil || code != c.status || strings.Contains(body, `"x-waypoint":"seen"`) != c.seen {
					t.Fatalf("%d, %v, %s", code, err, body)
				}
				line := ""
				find := func() (string, bool) {
					out := must(t, h, "kubectl", "-n", waypointNamespace, "logs", "deploy/waypoint", "--since=20s")
					for l := range strings.Lines(out) {
						if strings.Contains(l, path) {
							line = l
						}
					}
					return out, line != ""
				}
				if c.host == "direct" {
					time.Sleep(time.Second) // ten times what a line of the log takes
					if find(); line != "" {
						t.Errorf("the waypoint saw it: %s", line)
					}
					return
				}
				within(t, 5*time.Second, "the waypoint's log", find)
				if c.refused != "" && !strings.Contains(line, "policy["+c.refused+"]") {
					t.Errorf("no policy %s in %s", c.refused, line)
				}
			})
		}
	}
	noRejects(t, h, began)
}

// Gateways follow a waypoint that goes and comes back: see the heavy module's
// istio/waypoint.
func TestLiveWaypointComesBack(t *testing.T) {
	h := sandboxtest.Up(t)
	classic, gwapi := waypointWorld(t, h)
	for range 3 {
		must(t, h, "kubectl", "-n", waypointNamespace, "scale", "deploy/waypoint", "--replicas=0")
		must(t, h, "kubectl", "-n", waypointNamespace, "wait", "--for=delete", "pod", "-l", "gateway.networking.k8s.io/gateway-name=waypoint", "--timeout=50s")
		for _, address := range []string{classic, gwapi} {
			within(t, 5*time.Second, "503 without a waypoint", func() (string, bool) {
				body, code, err := get(t.Context(), h, address, "orders.waypoint.example.com", "/gone")
				return body, err == nil && code == http.StatusServiceUnavailable
			})
		}
		must(t, h, "kubectl", "-n", waypointNamespace, "scale", "deploy/waypoint", "--replicas=1")
		must(t, h, "kubectl", "-n", waypointNamespace, "rollout", "status", "deploy/waypoint", "--timeout=50s")
		for _, address := range []string{classic, gwapi} {
			took := within(t, 5*time.Second, "200 with the waypoint back", func() (string, bool) {
				body, code, err := get(t.Context(), h, address, "orders.waypoint.example.com", "/back")
				return body, err == nil && code == http.StatusOK
			})
			t.Logf("200 by %s %s after the waypoint was ready", address, took.Round(time.Millisecond))
		}
	}
}

// The tools reach a waypoint as they reach any proxy.
func TestLiveWaypointTools(t *testing.T) {
	h := sandboxtest.Up(t)
	waypointWorld(t, h)
	const forward = `kubectl -n waypoint-live port-forward deploy/waypoint 15999:15000 >/dev/null & f=$!
for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; curl -sf localhost:15999/config_dump && break; done; kill $f`
	for _, c := range []struct{ command, want string }{
		{"kubectl get gatewayclass istio-waypoint", "istio.io/mesh-controller"},
		{"istioctl waypoint list -n waypoint-live", "waypoint"},
		{"istioctl proxy-status", "waypoint-"},
		{"istioctl proxy-config listeners deploy/waypoint -n waypoint-live", "15008"},
		{"istioctl proxy-config clusters deploy/waypoint -n waypoint-live", "inbound-vip"},
		{"istioctl proxy-config endpoints deploy/istio-ingressgateway -n istio-system", "connect_originate"},
		{forward, "inbound-vip|80|http|orders.waypoint-live.svc.cluster.local"},
	} {
		if out, err := inside(t, h, "sh", "-c", c.command); err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v, want %q in %.2000s", c.command, err, c.want, out)
		}
	}
}

// waypointWorld applies the objects and returns the gateways' addresses once
// both answer by the waypoint.
func waypointWorld(t *testing.T, h *cluster.Handle) (classic, gwapi string) {
	t.Helper()
	file, err := filepath.Abs("testdata/waypoint/waypoint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	must(t, h, "kubectl", "apply", "-f", file)
	classic = address(t, h, "istio-system", "istio-ingressgateway")
	gwapi = address(t, h, waypointNamespace, "edge-istio")
	for _, address := range []string{classic, gwapi} {
		within(t, 60*time.Second, "200 by the waypoint", func() (string, bool) {
			body, code, err := get(t.Context(), h, address, "orders.waypoint.example.com", "/ready")
			return body, err == nil && code == http.StatusOK && strings.Contains(body, `"x-waypoint":"seen"`)
		})
	}
	return classic, gwapi
}
