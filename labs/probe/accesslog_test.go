package probe

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatedrill/gatedrill/labs"
)

// Lines as Istio 1.31 writes them.
const (
	lineNR  = `[2026-11-23T22:42:08.528Z] "GET /h1 HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "172.18.0.2" "gatedrill/abc" "41be4df5-89dd" "app.example.com" "-" - - 10.244.0.3:8080 172.18.0.2:56474 - -`
	lineTLS = `[2026-11-23T22:42:08.528Z] "- - -" 0 NR filter_chain_not_found - "-" 0 0 2 - "-" "-" "-" "-" "-" - - 10.244.0.9:8443 172.18.0.2:60136 www.example.com -`
	lineDPE = `[2026-11-23T22:42:08.528Z] "- - HTTP/1.1" 400 DPE http1.codec_error - "-" 0 11 0 - "-" "-" "-" "-" "-" - - 10.244.0.9:8443 172.18.0.2:45816 - -`
	lineUF  = `[2026-11-23T22:42:08.528Z] "GET /o1 HTTP/2" 503 URX,UF upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end} - "TLS_error:|268435703:end" 0 121 63 - "172.18.0.2" "curl/7.88.1" "id" "app.example.com" "10.244.0.5:8080" outbound|80||web.shop.svc.cluster.local - 10.244.0.3:8443 172.18.0.2:1 app.example.com shop.web.0`
	lineTCP = `[2026-11-23T22:42:08.528Z] "- - -" 0 - - rbac_access_denied_matched_policy[none] "-" 517 0 3 - "-" "-" "-" "-" "10.244.0.5:8443" outbound|443||webtls.shop.svc.cluster.local 10.244.0.3:39582 10.244.0.3:8443 172.18.0.2:59488 pass.example.com -`
)

func TestParseLine(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 22, 42, 8, 528e6, time.UTC)
	tests := map[string]Line{
		lineNR: {At: at, Whole: true, Received: "0", Sent: "0", Forwarded: "172.18.0.2", Method: "GET", Path: "/h1", Protocol: "HTTP/1.1", Code: 404, Flags: "NR", Details: "route_not_found",
			Agent: "gatedrill/abc", RequestID: "41be4df5-89dd", Authority: "app.example.com", Local: "10.244.0.3:8080", Source: "172.18.0.2:56474"},
		lineTLS: {At: at, Whole: true, Received: "0", Sent: "0", Flags: "NR", Details: "filter_chain_not_found", Duration: 2 * time.Millisecond,
			Local: "10.244.0.9:8443", Source: "172.18.0.2:60136", SNI: "www.example.com"},
		lineDPE: {At: at, Whole: true, Received: "0", Sent: "11", Protocol: "HTTP/1.1", Code: 400, Flags: "DPE", Details: "http1.codec_error", Local: "10.244.0.9:8443", Source: "172.18.0.2:45816"},
		lineUF: {At: at, Whole: true, Received: "0", Sent: "121", Forwarded: "172.18.0.2", Method: "GET", Path: "/o1", Protocol: "HTTP/2", Code: 503, Flags: "URX,UF",
			Details: "upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end}",
			Failure: "TLS_error:|268435703:end", Duration: 63 * time.Millisecond, Agent: "curl/7.88.1", RequestID: "id", Authority: "app.example.com",
			Upstream: "10.244.0.5:8080", Cluster: "outbound|80||web.shop.svc.cluster.local", Local: "10.244.0.3:8443", Source: "172.18.0.2:1",
			SNI: "app.example.com", Route: "shop.web.0"},
		lineTCP: {At: at, Whole: true, Received: "517", Sent: "0", Closed: "rbac_access_denied_matched_policy[none]", Duration: 3 * time.Millisecond, Upstream: "10.244.0.5:8443",
			Cluster: "outbound|443||webtls.shop.svc.cluster.local", UpstreamLocal: "10.244.0.3:39582", Local: "10.244.0.3:8443", Source: "172.18.0.2:59488", SNI: "pass.example.com"},
		// A quote in the user agent: the head is still right.
		`[2026-11-23T22:42:08.528Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 1 2 1 "-" "a"b" "id" "h" "-" - - - - - -`: {
			At: at, Method: "GET", Path: "/", Protocol: "HTTP/1.1", Code: 200, Details: "via_upstream"},
	}
	for text, want := range tests {
		got, ok := ParseLine(text)
		if !ok {
			t.Errorf("not read: %s", text)
		}
		if got.Text != text {
			t.Errorf("text %q", got.Text)
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(Line{}, "Text")); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
	}
	for _, text := range []string{"", "2026-11-23T22:42:08Z info ready", "[x] \"GET / HTTP/1.1\" 200 -", `[2026-11-23T22:42:08.528Z] "GET / HTTP/1.1" abc -`, `["`} {
		if l, ok := ParseLine(text); ok {
			t.Errorf("%q was read as %+v", text, l)
		}
	}
}

func TestLineOf(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 22, 42, 8, 528e6, time.UTC)
	failed := Result{ID: "zzz", SNI: "www.example.com", Sent: at.Add(-time.Millisecond), Answer: labs.Answer{At: at.Add(time.Millisecond), Error: Reset}}
	other := failed
	other.SNI = "app.example.com"
	late := failed
	late.Sent, late.Answer.At = at.Add(time.Second), at.Add(2*time.Second)
	answered := failed
	answered.Answer.Code = 200
	passed := answered
	passed.SNI = "pass.example.com"
	near := passed
	near.SNI, near.Local = "", "172.18.0.2:59488"
	far := near
	far.Local = "172.18.0.2:59489"
	mirrored := strings.Replace(lineNR, `"app.example.com"`, `"app.example.com-shadow:80"`, 1)
	tests := []struct {
		name, line string
		result     Result
		want       bool
	}{
		{"by user agent, as the gateway replaces request ids", lineNR, Result{ID: "abc"}, true},
		{"by request id", lineUF, Result{ID: "id"}, true},
		{"another request", lineNR, Result{ID: "def", Sent: at, Answer: labs.Answer{At: at}}, false},
		{"a connection, by name and time", lineTLS, failed, true},
		{"a connection of another name", lineTLS, other, false},
		{"a connection of another time", lineTLS, late, false},
		{"a connection cannot have answered 200", lineTLS, answered, false},
		{"a connection that was passed through", lineTCP, passed, true},
		{"a connection, by the client's end of it", lineTCP, near, true},
		{"a connection of another client's end", lineTCP, far, false},
		{"a copy that a mirror sent", mirrored, Result{ID: "abc"}, false},
		{"nothing was sent", lineNR, Result{}, false},
		{"bytes that were no HTTP have no name", lineDPE, failed, true},
	}
	for _, tt := range tests {
		l, ok := ParseLine(tt.line)
		if !ok {
			t.Fatal(tt.line)
		}
		if got := l.Of(&tt.result); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestLineLeads(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 22, 42, 8, 0, time.UTC)
	first := Line{At: at, Duration: 50 * time.Millisecond, UpstreamLocal: "10.0.0.1:4000"}
	second := Line{At: at.Add(3 * time.Millisecond), Duration: 40 * time.Millisecond, Source: "10.0.0.1:4000"}
	tests := []struct {
		name   string
		change func(first, second *Line)
		want   bool
	}{
		{"the next connection", func(_, _ *Line) {}, true},
		{"one that was open for long", func(_, l *Line) { l.At, l.Duration = at.Add(-time.Minute), 2*time.Minute }, true},
		{"one of before, of the same port", func(_, l *Line) { l.At = at.Add(-time.Minute) }, false},
		{"one of later, of the same port", func(_, l *Line) { l.At = at.Add(time.Minute) }, false},
		{"another port", func(_, l *Line) { l.Source = "10.0.0.1:4001" }, false},
		{"nothing is known of the first", func(f, l *Line) { f.UpstreamLocal, l.Source = "", "" }, false},
		{"a request on a kept connection", func(_, l *Line) { l.Method = "GET" }, false},
	}
	for _, tt := range tests {
		f, s := first, second
		tt.change(&f, &s)
		if got := f.Leads(&s); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
