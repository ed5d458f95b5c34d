package trace_test

import (
	"encoding/json"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// FuzzTrace: objects with fields of the wrong type, or without them, make a
// layer unknown or broken; they never panic, and without Envoy's configuration
// nothing behind the entry is healthy.
func FuzzTrace(f *testing.F) {
	for _, text := range []string{

		`[{"apiVersion":"v1","kind":"Service","metadata":{"name":7},"spec":{"ports":{"port":"x"}},"status":[]}]`,
		`[{"apiVersion":"networking.istio.io/v1","kind":"Gateway","metadata":{"namespace":"a","name":"b"},"spec":{"selector":[1],"servers":[{"hosts":{},"port":[]},7]}}]`,
		`[{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"namespace":"a","name":"b"},"spec":{"hosts":"*","gateways":7,"http":[{"match":{},"route":[null]},[]]}}]`,
		`[{"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"namespace":"a","name":"b"},"spec":{"parentRefs":[{"name":{}}],"rules":[{"matches":[{"path":[]}]}]},"status":{"parents":{}}}]`,
		`[{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"a","name":"b","labels":[]},"spec":{"containers":{"name":1}},"status":{"podIP":9}}]`,
	} {
		f.Add([]byte(text), "https://shop.example.com/cart", "outside")
		f.Add([]byte(text), "http://shop.example.com/", "a/b")
	}
	f.Fuzz(func(t *testing.T, text []byte, url, from string) {
		var s snapshot.Snapshot
		if json.Unmarshal(text, &s.Objects) != nil {
			return
		}
		s.Zone = map[string][]string{"shop.example.com": {"172.18.255.200"}}
		p := trace.Trace(labs.Request{Name: "main", From: from, URL: url}, s)
		if len(p.Hops) == 0 {
			t.Fatal("a path without hops")
		}
		for _, h := range p.Hops {
			for _, l := range h.Layers {
				behind := l.Layer == labs.LayerRoute || l.Layer == labs.LayerDestination
				if behind && l.Verdict == labs.Healthy {
					t.Errorf("%s.%s is healthy, and no Envoy was read: %s", h.Name, l.Layer, l.Summary)
				}
			}
		}
	})
}
