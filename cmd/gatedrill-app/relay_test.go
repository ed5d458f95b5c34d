package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// through asks a relay for a connection.
func through(t *testing.T, relay net.Addr, to, id string) (net.Conn, *http.Response) {
	t.Helper()
	c := dial(t, relay)
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nRelay-Id: %s\r\n\r\n", to, to, id)
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 16), &http.Request{Method: http.MethodConnect})
	if err != nil {
		t.Fatal(err)
	}
	return c, resp
}

func TestRelayConnects(t *testing.T) {
	t.Parallel()
	s := start(t, options{name: "a", relay: anywhere, http: anywhere})
	c, resp := through(t, s.addrs["relay"], s.addrs["http"].String(), "")
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	got, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || got.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRelaySaysWhyNot(t *testing.T) {
	t.Parallel()
	s := start(t, options{relay: anywhere})
	l, err := net.Listen("tcp", anywhere)
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody listens there now
	for to, want := range map[string]string{l.Addr().String(): "refused", "nosuch.example.invalid:80": "no-such-host"} {
		_, resp := through(t, s.addrs["relay"], to, "")
		var why refused
		if err := json.NewDecoder(resp.Body).Decode(&why); err != nil {
			t.Fatal(err)
		}
		if want == "no-such-host" && why.Reason == "timeout" || why.Reason == "other" {
			t.Logf("%s: %+v (no DNS here)", to, why)
			continue
		}
		if resp.StatusCode != http.StatusBadGateway || why.Reason != want || why.Message == "" {
			t.Errorf("%s: %s %+v", to, resp.Status, why)
		}
	}
	resp, err := http.Get("http://" + s.addrs["relay"].String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %s", resp.Status)
	}
}

// How a connection ended is told to who asks by its id.
func TestRelayTellsAResetFromAnEnd(t *testing.T) {
	t.Parallel()
	s := start(t, options{relay: anywhere, http: anywhere})
	for path, want := range map[string]string{"/?reset": "reset", "/?close": "end"} {
		c, _ := through(t, s.addrs["relay"], s.addrs["http"].String(), want)
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
		_, _ = io.Copy(io.Discard, c)
		deadline := time.Now().Add(5 * time.Second)
		for got := ""; got != want; time.Sleep(5 * time.Millisecond) {
			resp, err := http.Get("http://" + s.addrs["relay"].String() + "/ended/" + want)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			got = string(b)
			if time.Now().After(deadline) {
				t.Fatalf("%s ended with %q, want %q", path, got, want)
			}
		}
	}
}
