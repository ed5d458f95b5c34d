package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestWebSocketEchoes(t *testing.T) {
	t.Parallel()
	s := start(t, options{http: anywhere})
	conn := dial(t, s.addrs["http"])
	io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	// The pair of key and answer is the example of RFC 6455, section 1.3.
	if err != nil || resp.StatusCode != 101 || resp.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Fatalf("handshake: %v, %v", resp, err)
	}
	for _, c := range []struct {
		name      string
		send, got []byte
	}{
		{"text", []byte{0x81, 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2}, []byte{0x81, 2, 'h', 'i'}},
		{"ping", []byte{0x89, 0x80, 0, 0, 0, 0}, []byte{0x8a, 0}},
		{"long", append([]byte{0x82, 0xfe, 0, 200, 0, 0, 0, 0}, bytes.Repeat([]byte{7}, 200)...),
			append([]byte{0x82, 126, 0, 200}, bytes.Repeat([]byte{7}, 200)...)},
		{"close", []byte{0x88, 0x80, 0, 0, 0, 0}, []byte{0x88, 0}},
	} {
		conn.Write(c.send)
		got := make([]byte, len(c.got))
		if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, c.got) {
			t.Errorf("%s: got %v, %v", c.name, got, err)
		}
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("after close: %v", err)
	}
}

func TestGRPC(t *testing.T) {
	t.Parallel()
	s := start(t, options{http: anywhere})
	for path, want := range map[string]string{
		"/grpc.health.v1.Health/Check": "\x00\x00\x00\x00\x02\x08\x01",
		"/pay.Till/Charge":             "\x00\x00\x00\x00\x01x",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			"http://"+s.addrs["http"].String()+path, strings.NewReader("\x00\x00\x00\x00\x01x"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/grpc")
		resp, err := client(true, nil).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != want || resp.Trailer.Get("Grpc-Status") != "0" {
			t.Errorf("%s: body %q, trailer %v, %v", path, body, resp.Trailer, err)
		}
	}
}

func TestTCPGreetsAndEchoes(t *testing.T) {
	t.Parallel()
	s := start(t, options{name: "partner", tcp: anywhere})
	greets(t, dial(t, s.addrs["tcp"]))
}

func greets(t *testing.T, conn net.Conn) {
	t.Helper()
	io.WriteString(conn, "ping\n")
	r := bufio.NewReader(conn)
	for _, want := range []string{"partner sees " + conn.LocalAddr().String() + "\n", "ping\n"} {
		if line, err := r.ReadString('\n'); err != nil || line != want {
			t.Errorf("got %q, %v; want %q", line, err, want)
		}
	}
}
