package trace_test

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs/trace"
)

// TestRightsOfSomeNamespaces: kinds that were seen in some namespaces decide
// there, and are unknown elsewhere.
func TestRightsOfSomeNamespaces(t *testing.T) {
	t.Parallel()
	kinds := []string{"Pod", "Service", "EndpointSlice", "Secret", "PeerAuthentication", "DestinationRule"}
	sidecar := `{apiVersion: v1, kind: Pod, metadata: {name: shop-1, namespace: shop, labels: {app: shop}},
 spec: {containers: [{name: app, ports: [{containerPort: 8080}]}], initContainers: [{name: istio-proxy, args: [proxy, sidecar]}]}, status: {phase: Running, podIP: 10.244.0.5}}`
	for _, tt := range []struct {
		name   string
		in     []string
		change func(*world)
		marks  string
	}{
		{"all that the way needs", []string{"istio-system", "shop"}, func(*world) {}, "hhhhhh"},
		{"the app's alone", []string{"shop"}, func(*world) {}, "huhuhh"},
		{"the gateway's alone", []string{"istio-system"}, func(*world) {}, "hhhhhu"},
		{"the app's alone, whose sidecar asks the mesh", []string{"shop"}, func(w *world) { w.add(sidecar) }, "huhuhu"},
		{"the app's alone, whose own policy tells", []string{"shop"}, func(w *world) {
			w.add(sidecar)
			w.add(`{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: own, namespace: shop}, spec: {mtls: {mode: PERMISSIVE}}}`)
		}, "huhuhh"},
		{"none", nil, func(*world) {}, "huhuhu"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.change(w)
			w.snap.Partly = map[string][]string{}
			for _, k := range kinds {
				w.snap.Missing[k], w.snap.Partly[k] = "forbidden", tt.in
			}
			p := trace.Trace(w.request, w.snapshot())
			if got := marks(p); got != tt.marks {
				describe(t, p)
				t.Errorf("got %s, want %s", got, tt.marks)
			}
		})
	}
}
