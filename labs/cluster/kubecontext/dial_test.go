package kubecontext

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// fakeRelay answers like gatedrill-app -relay: hosts are told apart by name.
type fakeRelay struct {
	t     *testing.T
	asked chan string
}

func (f *fakeRelay) Dial() (net.Conn, error) {
	here, there := net.Pipe()
	go func() {
		defer there.Close()
		r := bufio.NewReader(there)
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if req.Method == http.MethodGet {
			how := strings.TrimPrefix(req.URL.Path, "/ended/")
			fmt.Fprintf(there, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n%s", map[bool]string{true: "reset", false: "end\r\n"}[how != ""])
			return
		}
		f.asked <- req.Host
		no := func(reason string) {
			fmt.Fprintf(there, "HTTP/1.1 502 No\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"reason\":%q,\"message\":\"words\"}", reason)
		}
		switch host, _, _ := net.SplitHostPort(req.Host); host {
		case "refused", "no-such-host", "unreachable", "timeout", "other":
			no(host)
		case "silent":
			_, _ = io.Copy(io.Discard, there)
		default:
			io.WriteString(there, "HTTP/1.1 200 Connected\r\n\r\n")
			line, _ := r.ReadString('\n')
			io.WriteString(there, "echo "+line)
		}
	}()
	return here, nil
}

func newDialer(t *testing.T, s *stranger) (*dialer, *fakeRelay) {
	f := &fakeRelay{t: t, asked: make(chan string, 8)}
	return &dialer{client: s.FakeDynamicClient, spaces: []string{istioSystem}, tunnel: f, broken: func() {}, now: s.clock}, f
}

func TestDialThroughTheRelay(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	d, f := newDialer(t, s)
	c, err := d.dial(t.Context(), "tcp", "shop.shop.svc.cluster.local:80")
	s.must(err)
	defer c.Close()
	if to := <-f.asked; to != "shop.shop.svc.cluster.local:80" {
		t.Errorf("asked for %s", to)
	}
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintln(c, "hello")
	got, err := io.ReadAll(c)
	if string(got) != "echo hello\n" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %q, %v", got, err)
	}
	for host, want := range map[string]error{"refused": syscall.ECONNREFUSED, "unreachable": syscall.EHOSTUNREACH, "timeout": os.ErrDeadlineExceeded} {
		if _, err := d.dial(t.Context(), "tcp", host+":80"); !errors.Is(err, want) {
			t.Errorf("%s: %v", host, err)
		}
	}
	var dns *net.DNSError
	if _, err := d.dial(t.Context(), "tcp", "no-such-host:80"); !errors.As(err, &dns) || !dns.IsNotFound {
		t.Errorf("no such host: %v", err)
	}
	if _, err := d.dial(t.Context(), "tcp", "other:80"); err == nil || !strings.Contains(err.Error(), "words") {
		t.Errorf("other: %v", err)
	}
	if _, err := d.dial(t.Context(), "udp", "1.2.3.4:53"); err == nil {
		t.Error("udp is dialled")
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := d.dial(short, "tcp", "silent:80"); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 2*time.Second {
		t.Errorf("silent: %v after %s", err, time.Since(began))
	}
}

// Only the address of a load balancer is dialled directly, and only where it
// answers from here.
func TestDialDirectly(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	defer l.Close()
	services := s.Resource(core("services")).Namespace(istioSystem)
	o, err := services.Get(t.Context(), ingressService, metav1.GetOptions{})
	s.must(err)
	o.Object["status"] = map[string]any{"loadBalancer": map[string]any{"ingress": []any{map[string]any{"ip": "127.0.0.1"}}}}
	_, err = services.Update(t.Context(), o, metav1.UpdateOptions{})
	s.must(err)

	d, f := newDialer(t, s)
	for _, direct := range []bool{true, false} {
		d.direct = direct
		c, err := d.dial(t.Context(), "tcp", l.Addr().String())
		s.must(err)
		c.Close()
		if relayed := len(f.asked) > 0; relayed == direct {
			t.Errorf("direct %v: relayed %v", direct, relayed)
		}
	}
	<-f.asked
	d.direct = true
	c, err := d.dial(t.Context(), "tcp", "127.0.0.2:80")
	s.must(err)
	c.Close()
	if to := <-f.asked; to != "127.0.0.2:80" {
		t.Errorf("asked for %s", to)
	}
}

// Something that opens connections, or even answers, is no gateway.
func TestOnlyEnvoyIsTheGateway(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]bool{"envoy": true, "captive-portal": false, "": false} {
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Server"] = []string{server}
			_, _ = io.WriteString(w, r.URL.Path)
		}))
		if got := routable(t.Context(), netip.MustParseAddrPort(h.Listener.Addr().String())); got != want {
			t.Errorf("%q: %v", server, got)
		}
		h.Close()
		if routable(t.Context(), netip.MustParseAddrPort(h.Listener.Addr().String())) {
			t.Error("nobody is routable")
		}
	}
}
