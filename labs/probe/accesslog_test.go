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
		lineNR: {At: at, Method: "GET", Path: "/h1", Protocol: "HTTP/1.1", Code: 404, Flags: "NR", Details: "route_not_found",
			Agent: "gatedrill/abc", RequestID: "41be4df5-89dd", Authority: "app.example.com", Local: "10.244.0.3:8080", Source: "172.18.0.2:56474"},
		lineTLS: {At: at, Flags: "NR", Details: "filter_chain_not_found", Duration: 2 * time.Millisecond,
			Local: "10.244.0.9:8443", Source: "172.18.0.2:60136", SNI: "www.example.com"},
		lineDPE: {At: at, Protocol: "HTTP/1.1", Code: 400, Flags: "DPE", Details: "http1.codec_error", Local: "10.244.0.9:8443", Source: "172.18.0.2:45816"},
		lineUF: {At: at, Method: "GET", Path: "/o1", Protocol: "HTTP/2", Code: 503, Flags: "URX,UF",
			Details: "upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end}",
			Failure: "TLS_error:|268435703:end", Duration: 63 * time.Millisecond, Agent: "curl/7.88.1", RequestID: "id", Authority: "app.example.com",
			Upstream: "10.244.0.5:8080", Cluster: "outbound|80||web.shop.svc.cluster.local", Local: "10.244.0.3:8443", Source: "172.18.0.2:1",
			SNI: "app.example.com", Route: "shop.web.0"},
		lineTCP: {At: at, Closed: "rbac_access_denied_matched_policy[none]", Duration: 3 * time.Millisecond, Upstream: "10.244.0.5:8443",
			Cluster: "outbound|443||webtls.shop.svc.cluster.local", Local: "10.244.0.3:8443", Source: "172.18.0.2:59488", SNI: "pass.example.com"},
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
		{"bytes that were no HTTP have no name", lineDPE, failed, true},
	}
	for _, tt := range tests {
		l, ok := ParseLine(tt.line)
		if !ok {
			t.Fatal(tt.line)
		}
		if got := l.Of(tt.result); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// FuzzParseLine: whatever a proxy logs is read or refused; what is read keeps
// its text, and has a time and a code.
func FuzzParseLine(f *testing.F) {
	for _, line := range []string{lineNR, lineTLS, lineDPE, lineUF, lineTCP, `[x] "`, `["" 7 -`, `[2026-11-23T22:42:08.528Z] "a" -1 -`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, ok := ParseLine(text)
		if !ok {
			return
		}
		if l.At.IsZero() && !strings.HasPrefix(strings.TrimSpace(text), "[0001-01-01") || l.Text != strings.TrimSpace(text) {
			t.Errorf("read %q as %+v", text, l)
		}
		for _, field := range []string{l.Flags, l.Details, l.Upstream, l.Cluster} {
			if field == "-" || !strings.Contains(text, field) {
				t.Errorf("%q is not in %q", field, text)
			}
		}
	})
}
