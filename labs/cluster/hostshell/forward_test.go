package hostshell

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// gateway answers each connection, once the client has said all it has to say
// where it is patient. It returns a way to it, and what was dialled.
func gateway(t *testing.T, patient bool) (cluster.DialFunc, <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if patient {
					_, _ = io.Copy(io.Discard, c)
				}
				_, _ = c.Write([]byte("HTTP/1.0 200 OK\r\n\r\nfrom the gateway\n"))
			}()
		}
	}()
	var dialer net.Dialer
	asked := make(chan string, 8)
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		asked <- addr
		return dialer.DialContext(ctx, network, l.Addr().String())
	}, asked
}

// Where this machine has no way to the gateway, curl is led to a listener on
// the loopback, and only for the names of that gateway.
func TestListenersStandForAGatewayOutOfReach(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	var asked <-chan string
	s.Dial, asked = gateway(t, false)
	defer s.Close()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("needs curl: ", err)
	}
	for _, command := range []string{
		"curl -s -m 5 --resolve shop.example.com:80:$GATEWAY_IP http://shop.example.com/", "curl -s -m 5 http://www.example.com/",
		"curl -s -m 5 http://$GATEWAY_IP/", "curl -s -m 5 http://$GATEWAY_80/",
	} {
		got := run(t, s, cluster.Shell{Dir: t.TempDir(), Env: map[string]string{"GATEWAY_IP": "192.0.2.1", "GATEWAY_80": "192.0.2.1:80"},
			Command: []string{"sh", "-c", "cat $CURL_HOME/.curlrc; echo at $GATEWAY_80; " + command}})
		if !strings.Contains(got, "from the gateway") || !strings.Contains(got, "at 127.0.0.1:") || !strings.Contains(got, `resolve = "other.example.com:80:192.0.2.2"`) {
			t.Errorf("%s: got\n%s", command, got)
		}
		if to := <-asked; to != "192.0.2.1:80" {
			t.Errorf("%s: dialled %s", command, to)
		}
	}
}

// All shells share the listeners of a gateway; Close ends them, and what goes
// through them, and waits for that.
func TestListenersAreSharedAndEnd(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.Dial, _ = gateway(t, true)
	at := func(ip string) string {
		return run(t, s, cluster.Shell{Dir: t.TempDir(), Env: map[string]string{"GATEWAY_IP": ip}, Command: []string{"sh", "-c", "printf %s $GATEWAY_443"}})
	}
	one, two, other := at("192.0.2.1"), at("192.0.2.1"), at("192.0.2.2")
	if one != two || one == other {
		t.Errorf("listeners at %s, %s and %s", one, two, other)
	}
	c, err := net.Dial("tcp", one)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.Close()
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the connection is still open: %v", err)
	}
	for _, a := range []string{one, other} {
		if c, err := net.Dial("tcp", a); err == nil {
			c.Close()
			t.Errorf("something listens on %s", a)
		}
	}
	if _, err := s.Command(t.Context(), cluster.Shell{Dir: t.TempDir(), Env: map[string]string{"GATEWAY_IP": "192.0.2.1"}}); err == nil {
		t.Error("a closed shell listens again")
	}
	s.Close()
}

// A client that ends its own direction still gets the answer.
func TestAnswersArriveAfterAHalfClose(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.Dial, _ = gateway(t, true)
	defer s.Close()
	here, err := s.forward(map[string]string{"GATEWAY_IP": "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", here["80"].String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil || !strings.Contains(string(got), "from the gateway") {
		t.Errorf("got %q, %v", got, err)
	}
}

// watched is a connection that cannot be closed by halves.
type watched struct {
	net.Conn
	closed atomic.Bool
}

func (w *watched) Close() error {
	w.closed.Store(true)
	return w.Conn.Close()
}

// A connection through the node knows no half-close: it stays until its other
// end is done, or patience is at its end.
func TestTheOtherDirectionIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, near := net.Pipe()
		there, server := net.Pipe()
		far := &watched{Conn: there}
		go join(t.Context(), near, far)
		client.Close()
		time.Sleep(linger - time.Second)
		synctest.Wait()
		if far.closed.Load() {
			t.Error("the other direction was cut off")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !far.closed.Load() {
			t.Error("the other direction goes on for ever")
		}
		server.Close()
	})
}
