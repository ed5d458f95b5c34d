package observe

import (
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/probe"

	"github.com/google/go-cmp/cmp"
)

// Lines of Istio 1.31: a request from a workload to a server beside a
// sidecar, and one that the client encrypts itself, through an egress gateway.
const (
	outboundLine = `[2026-11-28T18:09:41.690Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 540 8 7 "-" "gatedrill/ID" "other" "orders" "10.244.0.5:8080" outbound|80||orders.w.svc.cluster.local 10.244.0.4:46632 10.96.188.136:80 10.244.0.4:52828 - default`
	inboundLine  = `[2026-11-28T18:09:41.695Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 540 2 2 "-" "gatedrill/ID" "other" "orders" "10.244.0.5:8080" inbound|8080|| 127.0.0.6:49572 10.244.0.5:8080 10.244.0.4:46632 outbound_.80_._.orders.w.svc.cluster.local default`
	refusedLine  = `[2026-11-28T18:09:41.695Z] "- - -" 0 - - rbac_access_denied_matched_policy[none] "-" 0 0 2 - "-" "-" "-" "-" "-" - - 10.244.0.5:8080 10.244.0.4:46632 - -`
	passedLine   = `[2026-11-28T18:09:41.690Z] "- - -" 0 - - - "-" 517 900 30 - "-" "-" "-" "-" "10.244.0.9:8443" outbound|443||istio-egressgateway.istio-system.svc.cluster.local 10.244.0.4:40000 93.0.0.1:443 10.244.0.4:52828 www.example.com -`
	egressLine   = `[2026-11-28T18:09:41.692Z] "- - -" 0 - - - "-" 517 900 28 - "-" "-" "-" "-" "93.0.0.1:443" outbound|443||www.example.com 10.244.0.9:41000 10.244.0.9:8443 10.244.0.4:40000 www.example.com -`
)

var (
	clientSide = place{"w", "client", "10.244.0.4", labs.RoleSidecar}
	serverSide = place{"w", "orders", "10.244.0.5", labs.RoleSidecar}
	edge       = place{"istio-system", "gateway", "10.244.0.3", labs.RoleGateway}
	egress     = place{"istio-system", "egress", "10.244.0.9", labs.RoleGateway}
	between    = place{"w", "waypoint", "10.244.0.7", labs.RoleWaypoint}
)

func of(t *testing.T, p place, lines ...string) log {
	t.Helper()
	var list []*probe.Line
	for _, text := range lines {
		line, ok := probe.ParseLine(text)
		if !ok {
			t.Fatal(text)
		}
		list = append(list, &line)
	}
	return newLog(p, list)
}

func TestWayOf(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 11, 28, 18, 9, 41, 688e6, time.UTC)
	asked := probe.Result{ID: "ID", Sent: sent, Answer: labs.Answer{At: sent.Add(40 * time.Millisecond), Code: 200}}
	here := asked
	here.SNI, here.Local = "www.example.com", "10.244.0.4:52828"
	swap := strings.NewReplacer
	older := swap("gatedrill/ID", "gatedrill/old")
	passedOld := swap("18:09:41", "18:08:41")
	tests := []struct {
		name string
		r    probe.Result
		logs []log
		want string // pods in order; "<" marks the server's own
	}{
		{"client's and server's sidecar, whatever the order of the logs", asked, []log{of(t, serverSide, inboundLine), of(t, clientSide, outboundLine)}, "client <orders"},
		{"a server's clock that is behind", asked, []log{of(t, serverSide, strings.Replace(inboundLine, "41.695", "40.695", 1)), of(t, clientSide, outboundLine)}, "client <orders"},
		{"a workload that asks itself", asked, []log{of(t, serverSide, inboundLine, outboundLine)}, "orders <orders"},
		{"the latest of several tries", asked, []log{of(t, serverSide, strings.Replace(inboundLine, " 200 ", " 503 ", 1), inboundLine)}, "<orders"},
		{"lines of an older request", asked, []log{of(t, clientSide, older.Replace(outboundLine)), of(t, serverSide, older.Replace(inboundLine))}, ""},
		{"a server that hands the request's id on", asked, []log{
			of(t, clientSide, outboundLine),
			of(t, serverSide, swap(`"gatedrill/ID" "other"`, `"python" "ID"`).Replace(outboundLine), inboundLine),
		}, "client <orders"},
		{"a copy of a mirror", asked, []log{of(t, clientSide, outboundLine), of(t, serverSide, strings.Replace(inboundLine, `"orders" "10`, `"orders-shadow" "10`, 1))}, "client"},
		{"gateway, waypoint, server: by what they lead to, not by their clocks", asked, []log{
			of(t, between, swap("10.244.0.5:8080", "10.244.0.5:15008", "41.690", "41.600").Replace(outboundLine)),
			of(t, edge, swap("10.244.0.5:8080", "10.244.0.7:15008", "41.690", "41.650").Replace(outboundLine)),
			of(t, serverSide, inboundLine),
		}, "gateway waypoint <orders"},
		{"a server's sidecar that refuses a connection", here, []log{of(t, clientSide, swap("GET / HTTP/1.1", "- - -", "gatedrill/ID", "-", `"other"`, `"-"`).Replace(outboundLine)), of(t, serverSide, refusedLine)}, "client <orders"},
		{"bytes that pass unread: by the connections", here, []log{of(t, egress, egressLine), of(t, clientSide, passedLine)}, "client egress"},
		{"connections of before, of the same ports", here, []log{of(t, egress, passedOld.Replace(egressLine)), of(t, clientSide, passedOld.Replace(passedLine))}, ""},
		{"another client's connection to the same name", here, []log{of(t, clientSide, strings.Replace(passedLine, ":52828", ":52829", 1)), of(t, egress, egressLine)}, ""},
		{"nothing was sent", probe.Result{}, []log{of(t, clientSide, outboundLine, passedLine)}, ""},
	}
	for _, tt := range tests {
		var got []string
		for _, x := range wayOf(tt.logs, tt.r) {
			mark := ""
			if x.inbound {
				mark = "<"
			}
			got = append(got, mark+x.pod)
		}
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	r := probe.Result{ID: "ID", Answer: labs.Answer{Code: 200}}
	got := join(r.Answer, wayOf([]log{of(t, clientSide, outboundLine), of(t, serverSide, inboundLine)}, r))
	want := labs.Answer{
		Code: 200, Details: "via_upstream", LogLine: outboundLine, Source: "10.244.0.4:52828",
		Logs: []labs.ProxyLog{
			{Proxy: labs.Object{Kind: "Pod", Namespace: "w", Name: "client"}, Code: 200, Details: "via_upstream", Upstream: "10.244.0.5:8080",
				Cluster: "outbound|80||orders.w.svc.cluster.local", Route: "default", Line: outboundLine},
			{Proxy: labs.Object{Kind: "Pod", Namespace: "w", Name: "orders"}, Code: 200, Details: "via_upstream", Upstream: "10.244.0.5:8080",
				Cluster: "inbound|8080||", Route: "default", Inbound: true, Line: inboundLine},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(r.Answer, join(r.Answer, nil)); d != "" {
		t.Errorf("without a line: %s", d)
	}
}

// While the latest result's lines are on their way, one of a moment ago that
// ended alike stands in, whole; one that ended otherwise, or long ago, never.
func TestComplete(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 18, 9, 41, 0, time.UTC)
	logged := probe.Result{ID: "ID", Sent: at, Answer: labs.Answer{Code: 200, Observed: true}}
	tests := []struct {
		name string
		last probe.Result
		want string
	}{
		{"ended alike", probe.Result{ID: "new", Sent: at.Add(time.Second), Answer: labs.Answer{Code: 200, Observed: true}}, "ID"},
		{"ended otherwise", probe.Result{ID: "new", Sent: at.Add(time.Second), Answer: labs.Answer{Code: 404, Observed: true}}, "new"},
		{"long after", probe.Result{ID: "new", Sent: at.Add(time.Minute), Answer: labs.Answer{Code: 200, Observed: true}}, "new"},
	}
	for _, tt := range tests {
		got, way := complete([]probe.Result{logged, tt.last}, []log{of(t, clientSide, outboundLine)})
		if got.ID != tt.want || (len(way) == 1) != (tt.want == "ID") {
			t.Errorf("%s: %s with %d lines", tt.name, got.ID, len(way))
		}
	}
}

// A way is whole when all whom its lines lead to have written, and the client's
// own proxy, which writes last when the machine is busy.
func TestWhole(t *testing.T) {
	t.Parallel()
	o := &Observer{proxies: map[string]*proxy{"a": {place: clientSide}, "b": {place: serverSide}}}
	client, server := of(t, clientSide, outboundLine), of(t, serverSide, inboundLine)
	for _, tt := range []struct {
		name   string
		logs   []log
		client labs.Object
		want   bool
	}{
		{"nobody wrote", nil, labs.Object{}, false},
		{"both wrote", []log{client, server}, clientSide.ref(), true},
		{"the server's has not", []log{client}, clientSide.ref(), false},
		{"the client's has not", []log{server}, clientSide.ref(), false},
		{"a client without a proxy", []log{server}, labs.Object{Kind: "Pod", Namespace: "w", Name: "bare"}, true},
		{"a client outside", []log{server}, labs.Object{}, true},
	} {
		if got := o.whole(wayOf(tt.logs, probe.Result{ID: "ID"}), tt.client); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReach(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 18, 9, 41, 0, time.UTC)
	o := &Observer{reached: map[string]time.Time{}, clock: func() time.Time { return now }}
	r := probe.Result{ID: "ID"}
	way := wayOf([]log{of(t, clientSide, outboundLine)}, r)
	if !o.reach(way, now) || o.reach(way, now) {
		t.Error("a server is news once")
	}
	for i := range 2 * maxReached {
		o.reached[strings.Repeat("1", i+1)] = now.Add(-time.Duration(i) * time.Second)
	}
	if got := o.lately(); len(got) != maxReached {
		t.Errorf("%d servers are looked at", len(got))
	}
}
