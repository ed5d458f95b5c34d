package envoy

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUnknownStays: what the views cannot hold stays under its name, and is
// never taken for a condition that every request meets.
func TestUnknownStays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		match string
		want  Route
	}{
		{`{"prefix":"/","dynamic_metadata":[{"filter":"f","path":[{"key":"a"},{"key":"b"}]}]}`, Route{Path: PathMatch{Kind: "prefix", Value: "/"}, Unknown: []string{"dynamic_metadata f.a.b"}}},
		{`{"prefix":"/","filter_state":[{"key":"k"}]}`, Route{Path: PathMatch{Kind: "prefix", Value: "/"}, Unknown: []string{"filter_state k"}}},
		{`{"prefix":"/","runtime_fraction":{"default_value":{"numerator":25}}}`, Route{Path: PathMatch{Kind: "prefix", Value: "/"}, Unknown: []string{"runtime_fraction 25%"}}},
		{`{"prefix":"/","runtime_fraction":{"default_value":{"numerator":1000000,"denominator":"MILLION"}}}`, Route{Path: PathMatch{Kind: "prefix", Value: "/"}}},
		{`{"prefix":"/","tls_context":{"presented":true}}`, Route{Path: PathMatch{Kind: "prefix", Value: "/"}, Unknown: []string{"tls_context"}}},
		{`{"prefix":"/","cookies":[{"name":"c"}]}`, Route{Path: PathMatch{Kind: "prefix", Value: "/"}, Unknown: []string{"cookies"}}},
		{`{"connect_matcher":{}}`, Route{Path: PathMatch{Kind: "connect"}}},
		{`{"path_of_tomorrow":"/x"}`, Route{Path: PathMatch{Kind: Unknown, Value: "path_of_tomorrow"}, Unknown: []string{"path_of_tomorrow"}}},
		{`{"path_match_policy":{"name":"p","typed_config":{"@type":"x.Y"}}}`, Route{Path: PathMatch{Kind: Unknown, Value: "path_match_policy p"}}},
		{`{"path_match_policy":{"name":"p","typed_config":{"path_template":"/a/*"}}}`, Route{Path: PathMatch{Kind: "template", Value: "/a/*"}}},
		{`{"prefix":"/","grpc":{}}`, Route{Path: PathMatch{Kind: "prefix", Value: "/"}, Headers: []HeaderMatch{{Name: "content-type", Kind: "regex", Value: `application/grpc(\+.*)?`}}}},
		{`{"headers":[{"name":"a"},{"name":"b","range_match":{"start":"1","end":"10"}},{"name":"c","exact_match":"x"},{"name":"d","string_match":{"custom":{}}},{"name":"e","new_match":1},{"name":"f","safe_regex_match":{"regex":"r"}}]}`, Route{Headers: []HeaderMatch{
			{Name: "a", Kind: "present"}, {Name: "b", Kind: "range", Value: "1-10"}, {Name: "c", Kind: "exact", Value: "x"},
			{Name: "d", Kind: Unknown, Value: "custom"}, {Name: "e", Kind: Unknown, Value: "new_match"}, {Name: "f", Kind: "regex", Value: "r"},
		}}},
		{`{"query_parameters":[{"name":"q","string_match":{}}]}`, Route{Query: []HeaderMatch{{Name: "q", Kind: Unknown}}}},
	} {
		var got Route
		if err := got.match(json.RawMessage(tt.match)); err != nil {
			t.Errorf("%s: %v", tt.match, err)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.match, d)
		}
	}
	var m Match
	if err := m.decode([]byte(`{"server_names":["a"],"source_type":"EXTERNAL","source_prefix_ranges":[{"address_prefix":"10.0.0.0","prefix_len":8}]}`)); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Match{Names: []string{"a"}, Sources: []string{"10.0.0.0/8"}, Unknown: []string{"source_type"}}, m); d != "" {
		t.Errorf("chain (-want +got):\n%s", d)
	}
}

// waypoint has the shape of a waypoint's inner listener.
const waypoint = `{"configs":[{"@type":"x.ClustersConfigDump"},{"@type":"x.ListenersConfigDump","dynamic_listeners":[{"active_state":{"listener":{"name":"main_internal","internal_listener":{},
 "filter_chains":[{"name":"inbound-vip|80|http|a"}],
 "filter_chain_matcher":{"matcher_tree":{"input":{"typed_config":{"@type":"x.DestinationIPInput"}},"custom_match":{"typed_config":{"@type":"x.IPMatcher","range_matchers":[
  {"ranges":[{"address_prefix":"10.96.0.7","prefix_len":32}],"on_match":{"matcher":{"matcher_tree":{"input":{"typed_config":{"@type":"x.DestinationPortInput"}},"exact_match_map":{"map":{
    "80":{"action":{"name":"n","typed_config":{"@type":"x.StringValue","value":"inbound-vip|80|http|a"}}},"81":{"new":1}}}}}}}]}}},"on_no_match":{"action":{"name":"direct"}}}}}}]},
 {"@type":"x.EndpointsConfigDump","dynamic_endpoint_configs":[{"endpoint_config":{"cluster_name":"c","endpoints":[{"priority":1,"locality":{"region":"r","zone":"z"},"lb_endpoints":[
  {"endpoint":{"address":{"envoy_internal_address":{"server_listener_name":"connect_originate","endpoint_id":"10.244.0.4:8080"}}},"metadata":{"filter_metadata":{"envoy.filters.listener.original_dst":{"local":"10.244.0.4:8080","waypoint":"10.244.0.9:15008"}}}},
  {"endpoint":{"address":{"pipe":{"path":"/run/x"}}}},{"endpoint":{"address":{"socket_address":{"address":"fd00::1","port_value":80}}}}]}]}}]}]}`

func TestInternal(t *testing.T) {
	t.Parallel()
	c, err := Parse([]byte(waypoint), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &Matcher{
		Input: "DestinationIP", Otherwise: &Matcher{Chain: "direct"},
		Ranges: []IPRange{{CIDRs: []string{"10.96.0.7/32"}, Then: &Matcher{Input: "DestinationPort", Exact: map[string]*Matcher{
			"80": {Chain: "inbound-vip|80|http|a"}, "81": {Unknown: "on_match of another kind"},
		}}}},
	}
	if d := cmp.Diff(want, c.Listeners[0].Matcher); d != "" || !c.Listeners[0].Internal {
		t.Errorf("(-want +got):\n%s", d)
	}
	wantEndpoints := []Endpoint{
		{Address: "envoy://connect_originate/10.244.0.4:8080", Health: "HEALTHY", Locality: "r/z", Priority: 1, Tunnel: "10.244.0.4:8080", Waypoint: "10.244.0.9:15008"},
		{Address: "unix:///run/x", Health: "HEALTHY", Locality: "r/z", Priority: 1},
		{Address: "[fd00::1]:80", Health: "HEALTHY", Locality: "r/z", Priority: 1},
	}
	if d := cmp.Diff(wantEndpoints, c.Endpoints["c"]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// FuzzParse: whatever a proxy answers is either read or an error, no crash;
// and what is not JSON is never read.
func FuzzParse(f *testing.F) {
	f.Add([]byte(dump), []byte(clusterHealth))
	f.Add([]byte(waypoint), []byte(`{"cluster_statuses":[{"host_statuses":[{}]}]}`))
	f.Add([]byte(`{"configs":[{"@type":"x.ClustersConfigDump","static_clusters":[{"cluster":{"name":"a","transport_socket":{"typed_config":{"transport_socket":{"typed_config":7}}}}}]},{"@type":"x.ListenersConfigDump"}]}`), []byte(nil))
	f.Fuzz(func(t *testing.T, dump, clusters []byte) {
		c, err := Parse(dump, clusters)
		if (c == nil) == (err == nil) {
			t.Fatalf("config %v, error %v", c, err)
		}
		if err == nil && (!json.Valid(dump) || len(clusters) > 0 && !json.Valid(clusters)) {
			t.Fatal("what is not JSON was read")
		}
	})
}

// BenchmarkParse reads a dump of 30 MB as of a gateway with thousands of
// routes and clusters.
func BenchmarkParse(b *testing.B) {
	text, err := os.ReadFile("testdata/gateway.json")
	if err != nil {
		b.Fatal(err)
	}
	var parts struct {
		Configs []json.RawMessage `json:"configs"`
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		b.Fatal(err)
	}
	var all []string
	for size := 0; size < 30<<20; {
		for _, p := range parts.Configs {
			all = append(all, string(p))
			size += len(p)
		}
	}
	big := []byte(fmt.Sprintf(`{"configs":[%s]}`, strings.Join(all, ",")))
	b.SetBytes(int64(len(big)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(big, nil); err != nil {
			b.Fatal(err)
		}
	}
}
