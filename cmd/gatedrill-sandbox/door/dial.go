package door

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

// patience is how long a connection may take to be made, unless the client
// goes away before.
const patience = 10 * time.Second

// maxRequest bounds what a client may send before it is connected, in bytes.
const maxRequest = 64 << 10

// dialer serves dial.sock. The first byte says how the client speaks:
//
//	0x05  SOCKS5 (RFC 1928), without authentication
//	{     one line {"dial":"host:port"}; the answer is one message: {} and the
//	      connected TCP socket as ancillary data, so that not even a reset is
//	      lost on the way, or {"error":REASON,"message":TEXT}
//	else  HTTP CONNECT; a failure is status 502 with the header
//	      X-Gatedrill-Error: REASON and the message as body
//
// Names are resolved by the cluster's DNS. For REASON see package refusal.
type dialer struct{ net.Dialer }

func newDialer(dns string) *dialer {
	ask := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, dns)
	}}
	return &dialer{net.Dialer{Timeout: patience, Resolver: ask}}
}

func (d *dialer) serve(ctx context.Context, c *net.UnixConn) {
	in := bufio.NewReaderSize(c, maxRequest)
	first, err := in.Peek(1)
	if err != nil {
		return
	}
	switch first[0] {
	case socksVersion:
		target, err := readSOCKS(in, c)
		if err == nil {
			d.relay(ctx, c, in, target, socksReply)
		}
	case '{':
		d.hand(ctx, c, in)
	default:
		target, err := readConnect(in)
		if err != nil {
			fmt.Fprintf(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%s", len(err.Error()), err)
			return
		}
		d.relay(ctx, c, in, target, connectReply)
	}
}

// readConnect takes an HTTP CONNECT request.
func readConnect(in *bufio.Reader) (target string, err error) {
	q, err := http.ReadRequest(in)
	if err != nil {
		return "", fmt.Errorf("read a CONNECT request: %w", err)
	}
	if q.Method != http.MethodConnect {
		return "", fmt.Errorf("method %s is not served here, only CONNECT and SOCKS5", q.Method)
	}
	return q.Host, nil
}

// connectReply is the answer to CONNECT; err is nil when it is connected.
func connectReply(err error) []byte {
	if err == nil {
		return []byte("HTTP/1.1 200 Connection established\r\n\r\n")
	}
	text := err.Error()
	return fmt.Appendf(nil, "HTTP/1.1 502 Bad Gateway\r\nX-Gatedrill-Error: %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", refusal.Reason(err), len(text), text)
}

// relay connects to target, replies, and joins the two ends.
func (d *dialer) relay(ctx context.Context, c *net.UnixConn, in *bufio.Reader, target string, reply func(error) []byte) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// A client that gives up while we dial shows by its end of file.
	seen := make(chan struct{})
	go func() {
		defer close(seen)
		if _, err := in.Peek(1); err != nil {
			cancel()
		}
	}()
	up, err := d.DialContext(ctx, "tcp4", target)
	if _, werr := c.Write(reply(err)); err != nil || werr != nil {
		if err == nil {
			_ = up.Close()
		}
		return
	}
	defer up.Close()
	join(c, &after{seen, in}, up)
}

// after reads only when the one who peeked is done.
type after struct {
	ready <-chan struct{}
	r     io.Reader
}

func (a *after) Read(p []byte) (int, error) {
	<-a.ready
	return a.r.Read(p)
}

// join copies both ways until both sides have ended; from is what c sends.
func join(c *net.UnixConn, from io.Reader, up net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(up, from) // each side ends for its own reasons
		if tcp, ok := up.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	}()
	_, err := io.Copy(c, up)
	_ = c.CloseWrite()
	if err != nil { // reset: nothing more to send there
		_ = c.Close()
	}
	<-done
}

// hand connects and gives the socket itself away.
func (d *dialer) hand(ctx context.Context, c *net.UnixConn, in *bufio.Reader) {
	var q struct {
		Dial string `json:"dial"`
	}
	line, err := in.ReadSlice('\n')
	if err == nil {
		err = json.Unmarshal(line, &q)
	}
	var up net.Conn
	if err == nil {
		up, err = d.DialContext(ctx, "tcp4", q.Dial)
	}
	if err != nil {
		_ = json.NewEncoder(c).Encode(map[string]string{"error": refusal.Reason(err), "message": err.Error()}) // the client is gone
		return
	}
	defer up.Close()
	f, err := up.(*net.TCPConn).File()
	if err != nil {
		return
	}
	defer f.Close()
	_, _, _ = c.WriteMsgUnix([]byte("{}\n"), unix.UnixRights(int(f.Fd())), nil)
}
