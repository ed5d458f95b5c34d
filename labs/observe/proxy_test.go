package observe

import (
	"hash/maphash"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

const clustersText = `{"cluster_statuses":[
 {"name":"b","host_statuses":[{"address":{"socket_address":{"address":"10.0.0.1"}},"health_status":{"eds_health_status":"HEALTHY"},"stats":[{"name":"rq_total","value":"1"}]}]},
 {"name":"a"}]}`

const dumpText = `{"configs":[
 {"@type":"type.googleapis.com/envoy.admin.v3.ListenersConfigDump"},
 {"@type":"type.googleapis.com/envoy.admin.v3.ClustersConfigDump"}]}`

func TestWithoutCounters(t *testing.T) {
	t.Parallel()
	was := string(withoutCounters([]byte(clustersText)))
	for name, tt := range map[string]struct {
		text string
		same bool
	}{
		"a request more":         {strings.Replace(clustersText, `"value":"1"`, `"value":"2"`, 1), true},
		"in another order":       {`{"cluster_statuses":[{"name":"a"},` + clustersText[len(`{"cluster_statuses":[`):strings.LastIndex(clustersText, ",")] + `]}`, true},
		"an endpoint was lost":   {`{"cluster_statuses":[{"name":"a"},{"name":"b"}]}`, false},
		"an endpoint fell ill":   {strings.Replace(clustersText, "HEALTHY", "UNHEALTHY", 1), false},
		"not what Envoy prints":  {"{", false},
		"of another type within": {`{"cluster_statuses":3}`, false},
	} {
		if got := string(withoutCounters([]byte(tt.text))); (got == was) != tt.same {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestContentOf(t *testing.T) {
	t.Parallel()
	seed := maphash.MakeSeed()
	was := contentOf(seed, []byte("{\n \"a\": 1,\n \"b\": 2\n}\n"))
	if contentOf(seed, []byte("{\n \"b\": 2,\n \"a\": 1\n}\n")) != was {
		t.Error("another order is another content")
	}
	if contentOf(seed, []byte("{\n \"b\": 2,\n \"a\": 3\n}\n")) == was {
		t.Error("another value is the same content")
	}
}

// What Envoy was sent is decoded, even if it reads alike: routes may have
// changed their order.
func TestTake(t *testing.T) {
	t.Parallel()
	p := &proxy{seed: maphash.MakeSeed()}
	seen := snapshot.Proxy{Dump: []byte(dumpText), Clusters: []byte(clustersText)}
	p.take(seen, true)
	first := p.seen.Config
	if first == nil || p.trouble != "" {
		t.Fatalf("not decoded: %s", p.trouble)
	}
	p.take(seen, false)
	if p.seen.Config != first {
		t.Error("what is known is decoded again")
	}
	p.take(seen, true)
	if p.seen.Config == first {
		t.Error("what was sent is not decoded")
	}
	seen.Dump = []byte("{")
	p.take(seen, true)
	if p.trouble == "" {
		t.Error("half a dump is no trouble")
	}
}
