package door

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

func TestReadSOCKS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want, err string }{
		{name: "IPv4", in: "\x05\x01\x00\x05\x01\x00\x01\x0a\x60\x00\x01\x01\xbb", want: "10.96.0.1:443"},
		{name: "name", in: "\x05\x02\x02\x00\x05\x01\x00\x03\x04shop\x00\x50", want: "shop:80"},
		{name: "IPv6", in: "\x05\x01\x00\x05\x01\x00\x04" + strings.Repeat("\x00", 15) + "\x01\x00\x50", want: "[::1]:80"},
		{name: "authentication", in: "\x05\x01\x02", err: "authentication"},
		{name: "bind", in: "\x05\x01\x00\x05\x02\x00\x01", err: "command 2"},
		{name: "unknown kind", in: "\x05\x01\x00\x05\x01\x00\x09", err: "kind 9"},
		{name: "empty name", in: "\x05\x01\x00\x05\x01\x00\x03\x00\x00\x50", err: "kind 3"},
		{name: "cut off", in: "\x05\x01\x00\x05\x01\x00\x03\x04sh", err: "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			got, err := readSOCKS(bufio.NewReader(strings.NewReader(c.in)), &out)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want one with %q", err, c.err)
				}
				return
			}
			if err != nil || got != c.want || out.String() != "\x05\x00" {
				t.Errorf("%q, %v, greeting answered with %q; want %q", got, err, out.String(), c.want)
			}
		})
	}
}

func TestReadConnect(t *testing.T) {
	t.Parallel()
	got, err := readConnect(bufio.NewReader(strings.NewReader("CONNECT shop:443 HTTP/1.1\r\nHost: shop:443\r\n\r\n")))
	if err != nil || got != "shop:443" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := readConnect(bufio.NewReader(strings.NewReader("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))); err == nil || !strings.Contains(err.Error(), "GET") {
		t.Errorf("a GET: %v", err)
	}
}

func TestRepliesTellReasonsApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		reason string
		socks  byte
	}{
		{&net.OpError{Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, refusal.Refused, 5},
		{&net.OpError{Err: &net.DNSError{IsNotFound: true}}, refusal.NoSuchHost, 4},
		{&net.OpError{Err: os.ErrDeadlineExceeded}, refusal.Timeout, 6},
		{&net.OpError{Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)}, refusal.Unreachable, 3},
		{errors.New("x"), refusal.Failed, 1},
	} {
		if got := socksReply(c.err)[1]; got != c.socks {
			t.Errorf("%v: SOCKS code %d, want %d", c.err, got, c.socks)
		}
		r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(connectReply(c.err))), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Header.Get("X-Gatedrill-Error"); r.StatusCode != 502 || got != c.reason {
			t.Errorf("%v: %s %q, want 502 %q", c.err, r.Status, got, c.reason)
		}
		_ = r.Body.Close()
	}
}

// deep is a folder whose path is too long for a socket.
func deep(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long-name/", 12))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// connect opens a socket of the door from outside.
func connect(t *testing.T, dir, name string) *net.UnixConn {
	t.Helper()
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := net.Dial("unix", filepath.Join("/proc/self/fd", itoa(int(f.Fd())), name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.(*net.UnixConn)
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// echo is a TCP server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	return l.Addr().String()
}

func open(t *testing.T, d *Door) string {
	t.Helper()
	dir := deep(t)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	if err := d.Serve(ctx, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestConnectThroughTheDoor(t *testing.T) {
	t.Parallel()
	target := echo(t)
	dir := open(t, &Door{})
	c := connect(t, dir, "dial.sock")
	if _, err := io.WriteString(c, "CONNECT "+target+" HTTP/1.1\r\nHost: "+target+"\r\n\r\nhello"); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil || string(got) != "HTTP/1.1 200 Connection established\r\n\r\nhello" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSocketThroughTheDoor(t *testing.T) {
	t.Parallel()
	c := connect(t, open(t, &Door{}), "dial.sock")
	if _, err := io.WriteString(c, `{"dial":"`+echo(t)+`"}`+"\n"); err != nil {
		t.Fatal(err)
	}
	conn, err := net.FileConn(receive(t, c, 1)[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "hi"); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 2)
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != "hi" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestRefusedThroughTheDoor(t *testing.T) {
	t.Parallel()
	dir := open(t, &Door{})
	c := connect(t, dir, "dial.sock")
	if _, err := io.WriteString(c, `{"dial":"127.0.0.1:1"}`+"\n"); err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.NewDecoder(c).Decode(&got); err != nil || got["error"] != refusal.Refused {
		t.Errorf("%v, %v", got, err)
	}
}

// receive takes n files that came with one message.
func receive(t *testing.T, c *net.UnixConn, n int) []*os.File {
	t.Helper()
	b, oob := make([]byte, 512), make([]byte, unix.CmsgSpace(4*n))
	m, on, _, _, err := c.ReadMsgUnix(b, oob)
	if err != nil || on == 0 {
		t.Fatalf("no files, but %q, %v", b[:m], err)
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:on])
	if err != nil {
		t.Fatal(err)
	}
	fds, err := unix.ParseUnixRights(&msgs[0])
	if err != nil || len(fds) != n {
		t.Fatalf("%d files, %v; want %d", len(fds), err, n)
	}
	var files []*os.File
	for _, fd := range fds {
		f := os.NewFile(uintptr(fd), "received")
		t.Cleanup(func() { _ = f.Close() })
		files = append(files, f)
	}
	return files
}
