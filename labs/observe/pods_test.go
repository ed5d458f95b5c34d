package observe

import (
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/podexec"
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

const mesh = `
- {kind: Pod, metadata: {name: gateway, namespace: a}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running, podIP: 10.0.0.1}}
- {kind: Pod, metadata: {name: ending, namespace: a, deletionTimestamp: "2026-11-23T10:00:00Z"}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running}}
- {kind: Pod, metadata: {name: starting, namespace: a}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Pending}}
- {kind: Pod, metadata: {name: waypoint, namespace: a}, spec: {containers: [{name: istio-proxy, args: [proxy, waypoint]}]}, status: {phase: Running, podIP: 10.0.0.2}}
- {kind: Pod, metadata: {name: client-5f-x, namespace: a, labels: {pod-template-hash: 5f}, ownerReferences: [{kind: ReplicaSet, name: client-5f}]}, spec: {containers: [{name: app}, {name: istio-proxy, args: [proxy, sidecar]}]}, status: {phase: Running, podIP: 10.0.0.3}}
- {kind: Pod, metadata: {name: client-5f-y, namespace: a, labels: {pod-template-hash: 5f}, ownerReferences: [{kind: ReplicaSet, name: client-5f}]}, spec: {containers: [{name: app}, {name: other}]}, status: {phase: Running, podIP: 10.0.0.4, conditions: [{type: Ready, status: "True"}]}}
- {kind: Pod, metadata: {name: store-0, namespace: a, ownerReferences: [{kind: StatefulSet, name: store}]}, spec: {containers: [{name: app}], initContainers: [{name: istio-proxy, args: [proxy, sidecar]}]}, status: {phase: Running, podIP: 10.0.0.5}}
- {kind: Pod, metadata: {name: app, namespace: a}, spec: {containers: [{name: app, args: [router]}]}, status: {phase: Running}}
- {kind: Pod, metadata: {name: gateway, namespace: foreign}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running, podIP: 10.0.0.9}}
- {kind: Service, metadata: {name: router, namespace: a}}
`

func TestPlaces(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	tests := []struct {
		name     string
		requests []labs.Request
		reached  map[string]time.Time
		want     []string
	}{
		{"from outside: gateways and waypoints", []labs.Request{{From: "outside"}, {}}, nil, []string{"gateway", "waypoint"}},
		{"from a Deployment: its sidecars too", []labs.Request{{From: "a/client"}}, nil, []string{"gateway", "waypoint", "client-5f-x"}},
		{"from a StatefulSet", []labs.Request{{From: "a/store"}}, nil, []string{"gateway", "waypoint", "store-0"}},
		{"from a pod by its name", []labs.Request{{From: "a/client-5f-x"}}, nil, []string{"gateway", "waypoint", "client-5f-x"}},
		{"from another namespace's", []labs.Request{{From: "b/client"}}, nil, []string{"gateway", "waypoint"}},
		{"a server that was reached", nil, map[string]time.Time{"10.0.0.5": now.Add(-time.Second)}, []string{"gateway", "waypoint", "store-0"}},
		{"one that was reached long ago", nil, map[string]time.Time{"10.0.0.5": now.Add(-time.Minute)}, []string{"gateway", "waypoint"}},
	}
	for _, tt := range tests {
		o := &Observer{requests: tt.requests, reached: tt.reached, scope: []string{"a"}, clock: func() time.Time { return now }}
		var got []string
		for _, p := range o.places(parse(t, mesh)) {
			got = append(got, p.pod)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// A gateway whose pod is made anew while requests are on their way is read
// once more, or nothing of its Envoy would be known.
func TestMoved(t *testing.T) {
	t.Parallel()
	objects := parse(t, mesh)
	known := map[string]*proxy{"a/gateway": {}, "a/waypoint": {}}
	for _, tt := range []struct {
		name    string
		proxies map[string]*proxy
		want    bool
	}{
		{"as they were", known, false},
		{"one more than there is", map[string]*proxy{"a/gateway": {}, "a/waypoint": {}, "a/ending": {}}, false},
		{"a pod that came", map[string]*proxy{"a/waypoint": {}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := &Observer{proxies: tt.proxies, scope: []string{"a"}, clock: time.Now}
			if got := o.moved(objects); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestContainers(t *testing.T) {
	t.Parallel()
	o := &Observer{scope: []string{"a"}}
	s := snapshot.Snapshot{Objects: parse(t, mesh)}
	got, err := o.containers("a/client", s)
	want := []podexec.Container{{Namespace: "a", Pod: "client-5f-y", Name: "app"}, {Namespace: "a", Pod: "client-5f-y", Name: "other"}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("the pod that is ready: %s %v", d, err)
	}
	for workload, why := range map[string]string{
		"a/none": "no pod of a/none runs", "foreign/gateway": "not in a namespace of ours", "client": "not in a namespace of ours",
		"a/gateway": "no container beside the proxy",
	} {
		if _, err := o.containers(workload, s); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q", workload, err, why)
		}
	}
	s.Missing = map[string]string{"Pod": "forbidden"}
	if _, err := o.containers("a/client", s); err == nil || !strings.Contains(err.Error(), "forbidden") {
		t.Errorf("pods that are not known: %v", err)
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
	where := map[string]map[string]bool{"Secret": {}, "ConfigMap": {}}
	for _, k := range within(kinds(), []string{"shop"}) {
		if w := where[k.name]; w != nil {
			w[k.namespace] = true
		}
	}
	want := map[string]map[string]bool{
		"Secret":    {"shop": true, "istio-system": true},
		"ConfigMap": {"shop": true, "istio-system": true, snapshot.ZoneNamespace: true},
	}
	if d := cmp.Diff(want, where); d != "" {
		t.Error(d)
	}
	if got := len(within(kinds(), nil)); got != len(kinds()) {
		t.Errorf("%d kinds in a cluster of our own, want %d", got, len(kinds()))
	}
}

func TestTrim(t *testing.T) {
	t.Parallel()
	got := trim(parse(t, `
- kind: ConfigMap
  metadata: {name: ca, managedFields: [x], annotations: {kubectl.kubernetes.io/last-applied-configuration: all, kept: "yes"}}
  data: {ca.crt: PEM, large: xxx}
  binaryData: {large: eHh4}
`)[0])
	want := snapshot.Object{"kind": "ConfigMap", "metadata": map[string]any{"name": "ca", "annotations": map[string]any{"kept": "yes"}},
		"data": map[string]any{"ca.crt": "PEM"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
