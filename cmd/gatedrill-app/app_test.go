package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start serves o on free ports until the test ends.
func start(t *testing.T, o options) *servers {
	t.Helper()
	s, err := listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

const anywhere = "127.0.0.1:0"

func get(t *testing.T, c *http.Client, url string, header http.Header) (*http.Response, seen) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	if h := header.Get("Host"); h != "" {
		req.Host = h
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got seen
	if resp.Header.Get("Content-Type") == "application/json" {
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
	}
	return resp, got
}

// client follows no redirects and speaks the given protocol.
func client(h2c bool, conf *tls.Config) *http.Client {
	var p http.Protocols
	p.SetHTTP1(!h2c)
	p.SetUnencryptedHTTP2(h2c)
	p.SetHTTP2(conf != nil)
	return &http.Client{
		Transport:     &http.Transport{Protocols: &p, TLSClientConfig: conf, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func TestAnswersWithWhatItSaw(t *testing.T) {
	t.Parallel()
	s := start(t, options{name: "shop", pod: "shop-1", http: anywhere})
	url := "http://" + s.addrs["http"].String() + "/cart?x=1"
	for _, c := range []struct {
		proto string
		h2c   bool
	}{{"HTTP/1.1", false}, {"HTTP/2.0", true}} {
		resp, got := get(t, client(c.h2c, nil), url, http.Header{
			"Host": {"shop.example.com"}, "X-Forwarded-For": {"192.0.2.1"},
		})
		if resp.StatusCode != 200 || got.Name != "shop" || got.Pod != "shop-1" ||
			got.Method != "GET" || got.Path != "/cart" || got.Query != "x=1" ||
			got.Host != "shop.example.com" || got.Proto != c.proto ||
			got.Headers["x-forwarded-for"] != "192.0.2.1" {
			t.Errorf("%s: %d %+v", c.proto, resp.StatusCode, got)
		}
		if !strings.HasPrefix(got.Peer, "127.0.0.1:") || got.Local != s.addrs["http"].String() || got.TLS != nil {
			t.Errorf("%s: peer %q, local %q, tls %v", c.proto, got.Peer, got.Local, got.TLS)
		}
	}
}

func TestBehaviours(t *testing.T) {
	t.Parallel()
	s := start(t, options{name: "a", http: anywhere})
	base := "http://" + s.addrs["http"].String()
	for _, c := range []struct {
		name, path string
		header     http.Header
		status     int
		want       func(*http.Response) bool
	}{
		{"status by query", "/?status=503", nil, 503, nil},
		{"status by header", "/", http.Header{"X-App-Status": {"418"}}, 418, nil},
		{"query wins", "/?status=503", http.Header{"X-App-Status": {"418"}}, 503, nil},
		{"redirect", "/?redirect=https://b.example.com/", nil, 302, func(r *http.Response) bool {
			return r.Header.Get("Location") == "https://b.example.com/"
		}},
		{"permanent redirect", "/?redirect=/b&status=301", nil, 301, nil},
		{"close", "/?close", nil, 200, func(r *http.Response) bool { return r.Close }},
		{"bad status", "/?status=99", nil, 400, nil},
		{"bad delay", "/?delay=soon", nil, 400, nil},
		{"ready", "/healthz", nil, 200, nil},
	} {
		resp, _ := get(t, client(false, nil), base+c.path, c.header)
		if resp.StatusCode != c.status || (c.want != nil && !c.want(resp)) {
			t.Errorf("%s: got %d %v", c.name, resp.StatusCode, resp.Header)
		}
	}

	asked := time.Now()
	get(t, client(false, nil), base+"/?delay=30ms", nil)
	if took := time.Since(asked); took < 30*time.Millisecond {
		t.Errorf("delay=30ms took %s", took)
	}
	if _, err := client(false, nil).Get(base + "/?reset"); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: got %v", err)
	}
	if _, err := client(true, nil).Get(base + "/?reset"); err == nil {
		t.Error("reset of an HTTP/2 stream: got an answer")
	}
}

func TestFlagsSpareReadiness(t *testing.T) {
	t.Parallel()
	broken := start(t, options{http: anywhere, defaults: behaviour{status: 500}})
	url := "http://" + broken.addrs["http"].String()
	if resp, _ := get(t, client(false, nil), url+"/", nil); resp.StatusCode != 500 {
		t.Errorf("-status 500: got %d", resp.StatusCode)
	}
	if resp, _ := get(t, client(false, nil), url+"/healthz", nil); resp.StatusCode != 200 {
		t.Errorf("/healthz with -status 500: got %d", resp.StatusCode)
	}
	unready := start(t, options{http: anywhere, unready: true})
	url = "http://" + unready.addrs["http"].String()
	if resp, _ := get(t, client(false, nil), url+"/healthz", nil); resp.StatusCode != 503 {
		t.Errorf("/healthz with -unready: got %d", resp.StatusCode)
	}
	if resp, _ := get(t, client(false, nil), url+"/", nil); resp.StatusCode != 200 {
		t.Errorf("/ with -unready: got %d", resp.StatusCode)
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	s := start(t, options{http: anywhere, idle: 20 * time.Millisecond})
	conn := dial(t, s.addrs["http"])
	io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if b, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(b), "HTTP/1.1 200 ") {
		t.Errorf("got %q, %v", b, err)
	}
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "nothing to serve"},
		{"argument", []string{"-http", ":0", "shop"}, `unexpected argument "shop"`},
		{"no key", []string{"-https", ":0", "-cert", "x"}, "need -cert and -key"},
		{"status", []string{"-http", ":0", "-status", "42"}, "-status 42 is not between"},
		{"no file", []string{"-https", anywhere, "-cert", "x", "-key", "y"}, `load -cert "x" and -key "y"`},
		{"port", []string{"-http", "127.0.0.1:http-x"}, "open -http"},
	} {
		err := run(t.Context(), c.args, os.Hostname, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want …%s…", c.name, err, c.want)
		}
	}
}

func TestStopsSoonWithARequestInFlight(t *testing.T) {
	t.Parallel()
	s, err := listen(t.Context(), options{http: anywhere, tcp: anywhere})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.serve(ctx) }()
	slow := dial(t, s.addrs["http"])
	io.WriteString(slow, "GET /?delay=1m HTTP/1.1\r\nHost: a\r\n\r\n")
	echo := dial(t, s.addrs["tcp"])
	if _, err := bufio.NewReader(echo).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	stopped := time.Now()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	// A second is far above the promise, and far below the request's minute.
	if took := time.Since(stopped); took > time.Second {
		t.Errorf("stopping took %s", took)
	}
}

func dial(t *testing.T, a net.Addr) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", a.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
