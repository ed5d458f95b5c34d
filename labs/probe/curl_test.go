package probe

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
)

func TestCurlArguments(t *testing.T) {
	t.Parallel()
	q := Question{
		Request: labs.Request{
			URL: "https://shop.example.com/a?b", Method: "POST", Connect: "10.0.0.1:8443", Follow: true,
			Headers: map[string]string{"X-B": "2", "Host": "other.example.com"},
		},
		Trust: "PEM", Timeout: 2 * time.Second,
	}
	c, err := q.Curl()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"curl", "-sS", "-i", "--http1.1", "--noproxy", "*", "--max-time", "2.0", "-X", "POST",
		"-A", "gatedrill/" + c.id, "-H", "X-Request-Id: " + c.id, "-w", "%{stderr}" + curlSays,
		"-H", "Host: other.example.com", "-H", "X-B: 2", "-L", "--max-redirs", "10",
		"--connect-to", "shop.example.com:443:10.0.0.1:8443", "--cacert", "/dev/stdin", "--", "https://shop.example.com/a?b"}
	if d := cmp.Diff(want, c.Args); d != "" {
		t.Error(d)
	}
	if string(c.Stdin) != "PEM" {
		t.Errorf("standard input is %q", c.Stdin)
	}
	for name, change := range map[string]func(*Question){
		"client certificate": func(q *Question) { q.Cert = "PEM" },
		"server name":        func(q *Question) { q.Request.SNI = "x.example.com" },
		"no URL":             func(q *Question) { q.Request.URL = "ftp://x" },
	} {
		q := q
		change(&q)
		if _, err := q.Curl(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCurlResult(t *testing.T) {
	t.Parallel()
	const says = curlMark + "10.96.0.7 10.244.0.4 52828\n"
	answer := "HTTP/1.1 200 OK\r\nserver: envoy\r\nx-envoy-upstream-service-time: 3\r\n\r\nhello"
	moved := "HTTP/1.1 302 Found\r\nlocation: /next\r\n\r\n"
	ours := map[string]string{"server": "envoy", "x-envoy-upstream-service-time": "3"}
	next := map[string]string{"location": "/next"}
	tests := []struct {
		name, stdout, stderr string
		code                 int
		follow               bool
		want                 labs.Answer
	}{
		{"an answer", answer, says, 0, false, labs.Answer{Observed: true, Code: 200, Body: "hello", Server: "envoy", Headers: ours, Upstream: true}},
		{"after 100 Continue", "HTTP/1.1 100 Continue\r\n\r\n" + answer, says, 0, false, labs.Answer{Observed: true, Code: 200, Body: "hello", Server: "envoy", Headers: ours, Upstream: true}},
		{"a body that looks like a head", answer + "HTTP/1.1 500 X\r\n\r\n", says, 0, false, labs.Answer{Observed: true, Code: 200, Body: "helloHTTP/1.1 500 X\r\n\r\n", Server: "envoy", Headers: ours, Upstream: true}},
		{"a redirect that is not followed", moved, says, 0, false, labs.Answer{Observed: true, Code: 302, Headers: next}},
		{"a redirect that is", moved + answer, says, 0, true, labs.Answer{Observed: true, Code: 200, Body: "hello", Server: "envoy", Headers: ours, Upstream: true, Redirects: []labs.Redirect{{Code: 302, Location: "/next"}}}},
		{"a loop", moved + moved, "curl: (47) Maximum (10) redirects followed\n" + says, 47, true, labs.Answer{Observed: true, Code: 302, Headers: next, Error: RedirectLoop, Redirects: []labs.Redirect{{Code: 302, Location: "/next"}, {Code: 302, Location: "/next"}}}},
		{"no such host", "", "curl: (6) Could not resolve host: x\n" + says, 6, false, labs.Answer{Observed: true, Error: DNS}},
		{"refused", "", "curl: (7) Failed to connect\n", 7, false, labs.Answer{Observed: true, Error: Refused}},
		{"unreachable", "", "curl: (7) No route to host\n", 7, false, labs.Answer{Observed: true, Error: Unreachable}},
		{"timeout", "", "curl: (28) timed out\n", 28, false, labs.Answer{Observed: true, Error: Timeout}},
		{"reset", "", "curl: (56) Recv failure: Connection reset by peer\n", 56, false, labs.Answer{Observed: true, Error: Reset}},
		{"plain text", "", "curl: (35) error:0A00010B:SSL routines::wrong version number\n", 35, false, labs.Answer{Observed: true, Error: "tls: not TLS"}},
		{"reset in the handshake", "", "curl: (35) Recv failure: Connection reset by peer\n", 35, false, labs.Answer{Observed: true, Error: Reset}},
		{"an alert", "", "curl: (35) alert handshake failure\n", 35, false, labs.Answer{Observed: true, Error: "tls: alert handshake failure"}},
		{"expired", "", "curl: (60) SSL certificate problem: certificate has expired\n", 60, false, labs.Answer{Observed: true, Error: "tls: expired or not yet valid"}},
		{"name", "", "curl: (60) SSL: no alternative certificate subject name matches\n", 60, false, labs.Answer{Observed: true, Error: "tls: name mismatch"}},
		{"authority", "", "curl: (60) SSL certificate problem: unable to get local issuer certificate\n", 60, false, labs.Answer{Observed: true, Error: "tls: unknown authority"}},
		{"an option that curl does not know", "", "curl: option --x: is unknown\n", 2, false, labs.Answer{Error: "curl ended with 2: curl: option --x: is unknown"}},
	}
	for _, tt := range tests {
		q := Question{Request: labs.Request{URL: "https://orders/", Follow: tt.follow}, Timeout: time.Second}
		c, err := q.Curl()
		if err != nil {
			t.Fatal(err)
		}
		got := c.Result(tt.code, []byte(tt.stdout), []byte(tt.stderr))
		if d := cmp.Diff(tt.want, got.Answer); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
		if got.ID != c.id || got.SNI != "orders" {
			t.Errorf("%s: %+v", tt.name, got)
		}
		if strings.Contains(tt.stderr, curlMark) && (got.Local != "10.244.0.4:52828" || !slices.Equal(got.Resolved, []string{"10.96.0.7"})) {
			t.Errorf("%s: from %s to %v", tt.name, got.Local, got.Resolved)
		}
	}
}

func FuzzCurlResult(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\n\r\nhello", curlMark+"10.0.0.1 10.0.0.2 3\n", 0)
	f.Add("HTTP/1.1 302 Found\r\nlocation: /\r\n\r\nHTTP/", "curl: (47) x", 47)
	f.Add("HTTP/1.1\r\n\r\n", "", 35)
	q := Question{Request: labs.Request{URL: "https://orders/", Follow: true}}
	c, err := q.Curl()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, stdout, stderr string, code int) {
		r := c.Result(code, []byte(stdout), []byte(stderr))
		if r.Answer.Observed && r.Answer.Error == "" && (code != 0 || r.Answer.Code == 0) {
			t.Errorf("curl ended with %d, and is taken for an answer: %+v", code, r.Answer)
		}
	})
}
