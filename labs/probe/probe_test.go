package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/certs"
	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

const name = "shop.example.com"

// lab is a CA, a prober that trusts it, and the way to one server.
type lab struct {
	t      *testing.T
	ca     *certs.CA
	now    time.Time
	prober *Prober
	target string
}

func newLab(t *testing.T) *lab {
	now := time.Now()
	ca, err := certs.NewCA("public", now.Add(-48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{t: t, ca: ca, now: now}
	l.prober = &Prober{
		Trust: map[string]string{"public": string(ca.Root())}, Timeout: 2 * time.Second, Now: time.Now,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, l.target)
		},
	}
	return l
}

func (l *lab) pair(from, to time.Duration, withIssuer bool) tls.Certificate {
	l.t.Helper()
	i, err := l.ca.Issue(certs.Request{Names: []string{name}, From: l.now.Add(from), To: l.now.Add(to)})
	if err != nil {
		l.t.Fatal(err)
	}
	chain := i.Leaf
	if withIssuer {
		chain = append(chain, l.ca.Issuer()...)
	}
	c, err := tls.X509KeyPair(chain, i.Key)
	if err != nil {
		l.t.Fatal(err)
	}
	return c
}

func (l *lab) serve(cfg *tls.Config) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Envoy-Upstream-Service-Time", "1")
		w.Header().Set("Server", "istio-envoy")
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		w.Write([]byte(r.Method + " " + r.Host + " " + r.UserAgent() + strings.Repeat(".", MaxBody)))
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if cfg != nil {
		s.TLS = cfg
		s.StartTLS()
	} else {
		s.Start()
	}
	l.t.Cleanup(s.Close)
	l.target = s.Listener.Addr().String()
}

// raw serves each connection by a function.
func (l *lab) raw(handle func(net.Conn)) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { ln.Close() })
	l.target = ln.Addr().String()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			handle(c)
		}
	}()
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.serve(&tls.Config{Certificates: []tls.Certificate{l.pair(-time.Hour, time.Hour, true)}})
	r := l.prober.Do(t.Context(), labs.Request{URL: "https://" + name + "/a", Method: "POST", Headers: map[string]string{"host": "other.example.com"}}, "192.0.2.1")
	a := r.Answer
	if a.Code != 200 || !a.Observed || !a.Upstream || a.Server != "istio-envoy" || a.Error != "" {
		t.Errorf("answer %+v", a)
	}
	if !strings.HasPrefix(a.Body, "POST other.example.com gatedrill/"+r.ID) || len(a.Body) != MaxBody {
		t.Errorf("body %.80q… of %d bytes", a.Body, len(a.Body))
	}
	if len(r.Peers) != 2 || r.Peers[0].Serial != a.Serial || r.Peers[0].DNSNames[0] != name || r.SNI != name {
		t.Errorf("peers %+v", r.Peers)
	}
	if r := l.prober.Do(t.Context(), labs.Request{URL: "https://" + name + "/moved"}, "192.0.2.1"); r.Answer.Code != 302 {
		t.Errorf("a redirect was followed: %+v", r.Answer)
	}
}

// A client without a server name still checks the certificate for the host.
func TestNoServerName(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	got := make(chan string, 2)
	l.serve(&tls.Config{
		Certificates: []tls.Certificate{l.pair(-time.Hour, time.Hour, true)},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			got <- hello.ServerName
			return nil, nil
		},
	})
	r := l.prober.Do(t.Context(), labs.Request{URL: "https://" + name, SNI: labs.NoServerName}, "192.0.2.1")
	if sent := <-got; r.Answer.Code != 200 || r.SNI != "" || sent != "" {
		t.Errorf("answer %+v, sent server name %q, noted %q", r.Answer, sent, r.SNI)
	}
	r = l.prober.Do(t.Context(), labs.Request{URL: "https://www.example.com", SNI: labs.NoServerName}, "192.0.2.1")
	if r.Answer.Error != "tls: name mismatch" {
		t.Errorf("a certificate of another host: %+v", r.Answer)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	otherCA := func(l *lab) { l.prober.Trust = map[string]string{"public": string(newLab(l.t).ca.Root())} }
	tests := []struct {
		name  string
		setup func(*lab)
		url   string
		want  string // class
		peers int
	}{
		{"refused", func(l *lab) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				l.t.Fatal(err)
			}
			l.target = ln.Addr().String()
			ln.Close()
		}, "http://" + name, Refused, 0},
		{"reset in the handshake", func(l *lab) {
			l.raw(func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() })
		}, "https://" + name, Reset, 0},
		{"closed in the handshake, as a relay shows a reset", func(l *lab) {
			l.raw(func(c net.Conn) { c.Read(make([]byte, 4096)); c.Close() })
		}, "https://" + name, Reset, 0},
		{"silence", func(l *lab) {
			l.prober.Timeout = 50 * time.Millisecond
			l.raw(func(c net.Conn) { l.t.Cleanup(func() { c.Close() }) })
		}, "http://" + name, Timeout, 0},
		{"plain HTTP on the TLS port", func(l *lab) {
			l.raw(func(c net.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")); c.Close() })
		}, "https://" + name, "tls: not TLS", 0},
		{"a CA the client does not know", func(l *lab) {
			l.serve(&tls.Config{Certificates: []tls.Certificate{l.pair(-time.Hour, time.Hour, true)}})
			otherCA(l)
		}, "https://" + name, "tls: unknown authority", 2},
		{"leaf without its issuer", func(l *lab) {
			l.serve(&tls.Config{Certificates: []tls.Certificate{l.pair(-time.Hour, time.Hour, false)}})
		}, "https://" + name, "tls: unknown authority", 1},
		{"expired", func(l *lab) {
			l.serve(&tls.Config{Certificates: []tls.Certificate{l.pair(-2*time.Hour, -time.Hour, true)}})
		}, "https://" + name, "tls: expired or not yet valid", 2},
		{"another name", func(l *lab) {
			l.serve(&tls.Config{Certificates: []tls.Certificate{l.pair(-time.Hour, time.Hour, true)}})
		}, "https://www.example.com", "tls: name mismatch", 2},
		{"a client certificate is asked for", func(l *lab) {
			l.serve(&tls.Config{
				Certificates: []tls.Certificate{l.pair(-time.Hour, time.Hour, true)},
				ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool(), MaxVersion: tls.VersionTLS12,
			})
		}, "https://" + name, "tls: alert handshake failure", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			tt.setup(l)
			r := l.prober.Do(t.Context(), labs.Request{URL: tt.url}, "192.0.2.1")
			if r.Answer.Error != tt.want || !r.Answer.Observed {
				t.Errorf("answer %+v, want error %q", r.Answer, tt.want)
			}
			if len(r.Peers) != tt.peers {
				t.Errorf("%d certificates, want %d", len(r.Peers), tt.peers)
			}
		})
	}
}

// What keeps us from asking is no answer of the gateway.
func TestNotObserved(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.prober.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", "/nonexistent/dial.sock")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		ctx context.Context
		r   labs.Request
	}{
		{t.Context(), labs.Request{URL: "http://" + name}},
		{t.Context(), labs.Request{URL: "://"}},
		{cancelled, labs.Request{URL: "http://" + name}},
	} {
		a := l.prober.Do(tt.ctx, tt.r, "192.0.2.1").Answer
		if a.Observed || a.Error == "" {
			t.Errorf("%+v: %+v, want not observed, with a reason", tt.r, a)
		}
	}
	if class, ok := classify(fmt.Errorf("get: %w", &dialError{fmt.Errorf("10.0.0.1: %w", refusal.ErrNoWay)})); class != "10.0.0.1: there is no way to it from here" || ok {
		t.Errorf("no way: %q %t", class, ok)
	}
	if class, ok := classify(&dialError{errors.New("socks: strange")}); class != Unreachable || !ok {
		t.Errorf("an unknown dial error is %q %v", class, ok)
	}
}

// A server that has switched to another protocol waits for us: nothing is
// read, or the request would never end.
func TestSwitchedProtocols(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	silent := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, buf, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		buf.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		buf.Flush()
		<-silent
	}))
	defer srv.Close()
	defer close(silent)
	l.target = srv.Listener.Addr().String()
	done := make(chan Result, 1)
	go func() {
		done <- l.prober.Do(context.Background(), labs.Request{URL: "http://" + name + "/ws", Headers: map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket",
		}}, l.target)
	}()
	select {
	case r := <-done:
		if r.Answer.Code != http.StatusSwitchingProtocols {
			t.Errorf("code %d, want 101", r.Answer.Code)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the request did not end")
	}
}
