package observe

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

const refusedLog = `[2026-11-28T22:16:15.804Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 471 1 0 "-" "curl" "x" "rejected: y" "-" - - - - - -
2026-11-28T22:16:08.827008Z	warning	envoy upstream source/common/upstream/cds_api_helper.cc:74	cds: cluster 'outbound|80||app.a.svc.cluster.local' config rejected: paths must refer to an existing path: '/nowhere' does not exist	thread=13
2026-11-28T22:16:08.827246Z	warning	envoy config source/x.cc:160	gRPC config for type.googleapis.com/envoy.config.cluster.v3.Cluster rejected: Error adding/updating cluster(s) outbound|80||app.a.svc.cluster.local: paths
2026-11-28T22:16:19.882764Z	warning	envoy config source/x.cc:282	delta config for type.googleapis.com/envoy.config.route.v3.RouteConfiguration rejected: goo.gle/debugproto
name: "http.8080"
: Proto constraint validation failed (told twice)	thread=13
2026-11-28T22:16:19.882796Z	warning	envoy config source/x.cc:160	gRPC config for type.googleapis.com/envoy.config.route.v3.RouteConfiguration rejected: goo.gle/debugproto
name: "http.8080"
virtual_hosts {
  name: "nack.example.com:80"
}
: Proto constraint validation failed (HashPolicy[0])	thread=13
`

// TestRefusals: what Envoy's log tells of updates that it did not take stands
// until it has taken a later one.
func TestRefusals(t *testing.T) {
	t.Parallel()
	cluster := envoy.Refusal{Kind: "cluster", Name: "outbound|80||app.a.svc.cluster.local", Details: "paths must refer to an existing path: '/nowhere' does not exist"}
	table := envoy.Refusal{Kind: "route", Name: "http.8080", Details: "Proto constraint validation failed (HashPolicy[0])"}
	found := refusals(strings.NewReader(refusedLog))
	if want := time.Date(2026, 11, 28, 22, 16, 8, 827008000, time.UTC); !found[0].at.Equal(want) {
		t.Errorf("at %v, want %v", found[0].at, want)
	}
	for _, tt := range []struct {
		name, dump string
		want       []envoy.Refusal
	}{
		{"Envoy has neither", `{"configs":[]}`, []envoy.Refusal{cluster, table}},
		{"it has an older table and a newer cluster", `{"configs":[
 {"dynamic_active_clusters":[{"cluster":{"name":"outbound|80||app.a.svc.cluster.local"},"last_updated":"2026-11-28T22:17:00.000Z"}]},
 {"dynamic_route_configs":[{"route_config":{"name":"http.8080"},"last_updated":"2026-11-28T22:10:00.000Z"}]}]}`, []envoy.Refusal{table}},
		{"a dump that cannot be read", `x`, []envoy.Refusal{cluster, table}},
	} {
		if d := cmp.Diff(tt.want, plain(standing(found, []byte(tt.dump)))); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
	if got := refusals(strings.NewReader("nothing of the kind\n")); got != nil {
		t.Errorf("of another log: %v", got)
	}
}
