package observe

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// FuzzObjects: whatever an API server returns for objects, looking through
// them ends, and no data of a Secret and no unknown key of a ConfigMap is
// kept.
func FuzzObjects(f *testing.F) {
	for _, seed := range []string{
		`[{"kind":"Pod","metadata":{"name":"client","namespace":"w","labels":{"pod-template-hash":3},"ownerReferences":[{"name":"client-3"}]},"spec":{"containers":[{"name":"istio-proxy","args":["proxy","router"]}]},"status":{"phase":"Running","podIP":"10.0.0.1"}}]`,
		`[{"kind":"Pod","metadata":{"namespace":"w","name":["client"],"ownerReferences":{"name":"client"}},"spec":{"containers":{"name":3},"initContainers":"x"},"status":["Running"]}]`,
		`[{"kind":"Pod","metadata":7,"spec":null,"status":{"phase":"Running","conditions":[{"type":3},4]}}]`,
		`[{"apiVersion":"v1","kind":"Service","metadata":{"name":"gw","namespace":"w"},"spec":{"externalIPs":[1,null]},"status":{"loadBalancer":{"ingress":{"ip":[]}}}}]`,
		`[{"kind":"ConfigMap","metadata":{"name":"public-dns","namespace":"drill-internet","annotations":[]},"data":{"zone":["x"],"other":1}}]`,
		`[{"kind":"ConfigMap","metadata":"x","data":"y","binaryData":3}]`,
		`[{"kind":"Secret","metadata":[],"data":[],"stringData":"x"}]`,
		`[{"kind":"Secret","data":{"tls.key":3,"tls.crt":{}}}]`,
		`[{"kind":["Pod"]},{}]`,
	} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 28, 18, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		var raw []map[string]any
		if json.Unmarshal([]byte(text), &raw) != nil {
			return
		}
		var objects []snapshot.Object
		for _, r := range raw {
			objects = append(objects, trim(r))
		}
		r := labs.Request{From: "w/client", URL: "http://shop.example.com/", Gateway: "w/gw"}
		o := &Observer{requests: []labs.Request{r}, reached: map[string]time.Time{"10.0.0.1": now}, clock: func() time.Time { return now }}
		o.places(objects)
		zone, _ := zoneOf(objects, map[string]string{})
		s := snapshot.Snapshot{Objects: objects, Zone: zone}
		if list, err := o.containers(r.From, s); err == nil && len(list) == 0 {
			t.Error("no container, and no reason")
		}
		if a, failed := addressOf(r, s); a == "" && failed.Error == "" {
			t.Error("no address, and no reason")
		}
		for _, o := range objects {
			data := o.Map("data")
			if _, leaked := data["tls.key"]; leaked && o.Kind() == "Secret" {
				t.Errorf("a key is kept: %v", o)
			}
			if _, kept := data["other"]; kept && o.Kind() == "ConfigMap" {
				t.Errorf("other data is kept: %v", o)
			}
		}
	})
}
