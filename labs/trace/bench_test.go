package trace_test

import (
	"fmt"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// crowd is a large mesh: 2,000 VirtualServices and Services, 500 Gateways, each
// with a chain and a table in Envoy.
func crowd() *world {
	w := newWorld(&testing.T{})
	for i := range 500 {
		name := fmt.Sprintf("shop-%d", i)
		w.snap.Objects = append(w.snap.Objects, snapshot.Object{
			"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": map[string]any{"namespace": "many", "name": name},
			"spec": map[string]any{"selector": map[string]any{"istio": "ingressgateway"}, "servers": []any{map[string]any{
				"port": map[string]any{"number": 443, "name": "https", "protocol": "HTTPS"}, "hosts": []any{name + ".example.org"},
				"tls": map[string]any{"mode": "SIMPLE", "credentialName": name},
			}}},
		})
		table := "https.443.https." + name + ".many"
		w.envoy.Listeners[1].Chains = append(w.envoy.Listeners[1].Chains, envoy.Chain{
			Match: envoy.Match{Names: []string{name + ".example.org"}}, TLS: &envoy.TLS{Secrets: []string{"kubernetes://" + name}}, HTTP: true, Route: table,
		})
		w.envoy.Routes = append(w.envoy.Routes, envoy.RouteConfig{Name: table})
	}
	for i := range 2000 {
		name := fmt.Sprintf("app-%d", i)
		w.snap.Objects = append(w.snap.Objects,
			snapshot.Object{
				"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": map[string]any{"namespace": "many", "name": name},
				"spec": map[string]any{"hosts": []any{name + ".example.org"}, "gateways": []any{fmt.Sprintf("shop-%d", i%500)}, "http": []any{map[string]any{
					"route": []any{map[string]any{"destination": map[string]any{"host": name, "port": map[string]any{"number": 80}}}},
				}}},
			},
			snapshot.Object{
				"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"namespace": "many", "name": name},
				"spec": map[string]any{"selector": map[string]any{"app": name}, "ports": []any{map[string]any{"port": 80}}},
			},
			snapshot.Object{
				"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"namespace": "many", "name": name, "labels": map[string]any{"app": name}},
				"spec": map[string]any{}, "status": map[string]any{"phase": "Running", "podIP": fmt.Sprintf("10.9.%d.%d", i/250, i%250)},
			})
	}
	return w
}

// BenchmarkTrace walks one request through a large mesh. The broken one has to
// look at every candidate.
func BenchmarkTrace(b *testing.B) {
	w := crowd()
	for name, change := range map[string]func(){"healthy": w.ok, "broken": w.gone} {
		change()
		s := w.snapshot()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p := trace.Trace(w.request, s); (p.BrokenAt() == labs.LayerRoute) != (name == "broken") {
					b.Fatalf("broken at %q", p.BrokenAt())
				}
			}
		})
	}
}

// BenchmarkMesh walks one request after the other through a mesh that was read
// once.
func BenchmarkMesh(b *testing.B) {
	w := crowd()
	for name, change := range map[string]func(){"healthy": w.ok, "broken": w.gone} {
		change()
		m := trace.Of(w.snapshot())
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p := m.Brief(w.request); (p.BrokenAt() == labs.LayerRoute) != (name == "broken") {
					b.Fatalf("broken at %q", p.BrokenAt())
				}
			}
		})
	}
}
