package observe

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, text string) []snapshot.Object {
	t.Helper()
	var out []snapshot.Object
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestGatewayPod(t *testing.T) {
	t.Parallel()
	pods := parse(t, `
- {kind: Pod, metadata: {name: gateway, namespace: a}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running}}
- {kind: Pod, metadata: {name: ending, namespace: a, deletionTimestamp: "2026-11-23T10:00:00Z"}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running}}
- {kind: Pod, metadata: {name: starting, namespace: a}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Pending}}
- {kind: Pod, metadata: {name: sidecar, namespace: a}, spec: {containers: [{name: istio-proxy, args: [proxy, sidecar]}]}, status: {phase: Running}}
- {kind: Pod, metadata: {name: app, namespace: a}, spec: {containers: [{name: app, args: [router]}]}, status: {phase: Running}}
- {kind: Service, metadata: {name: router, namespace: a}}
`)
	for _, p := range pods {
		ns, name, ok := gatewayPod(p)
		if want := p.Name() == "gateway"; ok != want || ok && (ns != "a" || name != "gateway") {
			t.Errorf("%s: %q %q %v", p.Ref(), ns, name, ok)
		}
	}
}

func TestAddressOf(t *testing.T) {
	t.Parallel()
	objects := parse(t, `
- {apiVersion: v1, kind: Service, metadata: {name: gw, namespace: a}, status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}}
- {apiVersion: v1, kind: Service, metadata: {name: pending, namespace: a}, status: {loadBalancer: {}}}
- {kind: ConfigMap, metadata: {name: public-dns, namespace: drill-internet}, data: {zone: "shop.example.com. 60 IN A 10.0.0.2"}}
`)
	zone, why := zoneOf(objects, map[string]string{})
	if why != "" {
		t.Fatal(why)
	}
	s := snapshot.Snapshot{Objects: objects, Zone: zone}
	blind := snapshot.Snapshot{Objects: objects, Missing: map[string]string{"dns": "forbidden"}}
	tests := []struct {
		name string
		r    labs.Request
		s    snapshot.Snapshot
		want string
		fail labs.Answer
	}{
		{"by the zone", labs.Request{URL: "https://shop.example.com/"}, s, "10.0.0.2", labs.Answer{}},
		{"by the Service named", labs.Request{URL: "https://shop.example.com/", Gateway: "a/gw"}, s, "10.0.0.1", labs.Answer{}},
		{"by itself", labs.Request{URL: "http://10.0.0.9:81/"}, s, "10.0.0.9", labs.Answer{}},
		{"no record: the client sees that", labs.Request{URL: "https://x.example.com/"}, s, "", labs.Answer{Error: "dns", Observed: true}},
		{"no zone: nobody knows", labs.Request{URL: "https://shop.example.com/"}, blind, "", labs.Answer{Error: "forbidden"}},
		{"no address yet", labs.Request{URL: "https://shop.example.com/", Gateway: "a/pending"}, s, "", labs.Answer{Error: "Service a/pending has no outside address"}},
	}
	for _, tt := range tests {
		got, fail := addressOf(tt.r, tt.s)
		if got != tt.want || !cmp.Equal(fail, tt.fail) {
			t.Errorf("%s: %q %+v", tt.name, got, fail)
		}
	}
	if _, why := zoneOf(nil, map[string]string{}); why == "" {
		t.Error("a cluster without a zone has an empty one")
	}
}

func TestSecretsOfOthersAreNotWatched(t *testing.T) {
	t.Parallel()
	where := map[string]bool{}
	for _, k := range within(kinds(), []string{"shop"}) {
		if k.name == "Secret" {
			where[k.namespace] = true
		}
	}
	if len(where) != 2 || !where["shop"] || !where["istio-system"] {
		t.Errorf("Secrets are watched in %v", where)
	}
	if got := len(within(kinds(), nil)); got != len(kinds()) {
		t.Errorf("%d kinds in a cluster of our own, want %d", got, len(kinds()))
	}
}
