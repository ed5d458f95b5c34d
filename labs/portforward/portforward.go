// Package portforward reaches ports of pods through the API server, as
// `kubectl port-forward` does. It knows neither labs nor what listens there;
// observers use it for Envoy's admin port, contexts for their relay.
package portforward

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"
)

// Tunnel is a port-forward to one pod through the API server. One connection
// is kept, each dial opens a pair of streams on it; a broken one is made anew
// by the next dial.
type Tunnel struct {
	config *rest.Config
	url    *url.URL // of the pod's portforward subresource
	port   int

	mu   sync.Mutex
	conn httpstream.Connection
	next int
}

// New makes a tunnel to a port on a pod's loopback. Base is the API server's
// address. Nothing is connected before the first Dial.
func New(cfg *rest.Config, base *url.URL, namespace, pod string, port int) *Tunnel {
	return &Tunnel{
		config: cfg, port: port,
		url: base.JoinPath("api/v1/namespaces", namespace, "pods", pod, "portforward"),
	}
}

// Client speaks HTTP through the tunnel.
func (t *Tunnel) Client(timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, Transport: &http.Transport{
		DialContext:  func(context.Context, string, string) (net.Conn, error) { return t.Dial() },
		MaxIdleConns: 2, IdleConnTimeout: time.Minute,
	}}
}

// Close ends the connection; the next Dial makes it anew.
func (t *Tunnel) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn != nil {
		t.conn.Close()
		t.conn = nil
	}
}

func (t *Tunnel) connection() (httpstream.Connection, int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	if t.conn != nil {
		select {
		case <-t.conn.CloseChan():
			t.conn = nil
		default:
			return t.conn, t.next, nil
		}
	}
	conn, err := t.connect()
	if err != nil {
		return nil, 0, err
	}
	t.conn = conn
	return conn, t.next, nil
}

const protocol = "portforward.k8s.io"

// Upgrader makes the round tripper that upgrades a connection to the API
// server to SPDY streams, and what makes a connection of its response. It
// goes the config's own way into the cluster.
func Upgrader(cfg *rest.Config) (http.RoundTripper, *spdy.SpdyRoundTripper, error) {
	tlsConfig, err := rest.TLSConfigFor(cfg)
	if err != nil {
		return nil, nil, err
	}
	if tlsConfig == nil {
		tlsConfig = &tls.Config{}
	}
	upgrade := spdy.RoundTripperConfig{PingPeriod: 5 * time.Second, TLS: tlsConfig, Proxier: cfg.Proxy}
	if cfg.Dial != nil {
		// The upgrader dials by itself and knows the config's own way into the
		// cluster only through a transport; that one knows no proxy.
		upgrade.TLS, upgrade.Proxier = nil, nil
		upgrade.UpgradeTransport = &http.Transport{DialContext: cfg.Dial, TLSClientConfig: tlsConfig}
	}
	rt, err := spdy.NewRoundTripperWithConfig(upgrade)
	if err != nil {
		return nil, nil, err
	}
	wrapped, err := rest.HTTPWrappersForConfig(cfg, rt)
	return wrapped, rt, err
}

func (t *Tunnel) connect() (httpstream.Connection, error) {
	wrapped, rt, err := Upgrader(t.config)
	if err != nil {
		return nil, fmt.Errorf("port-forward: %w", err)
	}
	req, err := http.NewRequest(http.MethodPost, t.url.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("port-forward: %w", err)
	}
	req.Header.Set(httpstream.HeaderProtocolVersion, protocol)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	resp, err := wrapped.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("port-forward: %w", err)
	}
	conn, err := rt.NewConnection(resp)
	if err != nil {
		return nil, fmt.Errorf("port-forward: %w", err)
	}
	return conn, nil
}

// Dial opens a connection to the pod's port.
func (t *Tunnel) Dial() (net.Conn, error) {
	conn, id, err := t.connection()
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	h.Set("streamType", "error")
	h.Set("port", strconv.Itoa(t.port))
	h.Set("requestID", strconv.Itoa(id))
	errs, err := conn.CreateStream(h)
	if err != nil {
		t.Close()
		return nil, fmt.Errorf("port-forward: open stream: %w", err)
	}
	errs.Close() // we write nothing to it
	h.Set("streamType", "data")
	data, err := conn.CreateStream(h)
	if err != nil {
		t.Close()
		return nil, fmt.Errorf("port-forward: open stream: %w", err)
	}
	s := &streamConn{Stream: data, errs: errs, conn: conn, refused: make(chan struct{})}
	go s.watchErrors()
	return s, nil
}

// streamConn is a forwarded stream as a connection. It has no deadlines; its
// user closes it when it has waited enough.
type streamConn struct {
	httpstream.Stream
	errs    httpstream.Stream
	conn    httpstream.Connection
	once    sync.Once
	why     error
	refused chan struct{}
}

// watchErrors ends the stream when the other side says that it cannot reach
// the port. It returns when the stream is closed.
func (s *streamConn) watchErrors() {
	defer close(s.refused)
	msg, err := io.ReadAll(io.LimitReader(s.errs, 4<<10))
	if err == nil && len(msg) > 0 {
		s.why = errors.New(string(msg))
		s.Reset()
	}
}

func (s *streamConn) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p)
	if n == 0 && err != nil {
		select {
		case <-s.refused:
			if s.why != nil {
				err = s.why
			}
		default:
		}
	}
	return n, err
}

func (s *streamConn) Close() error {
	s.once.Do(func() {
		s.Stream.Close()
		s.Reset()
		s.errs.Reset()
		s.conn.RemoveStreams(s.Stream, s.errs)
	})
	return nil
}

func (s *streamConn) LocalAddr() net.Addr              { return forwarded{} }
func (s *streamConn) RemoteAddr() net.Addr             { return forwarded{} }
func (s *streamConn) SetDeadline(time.Time) error      { return nil }
func (s *streamConn) SetReadDeadline(time.Time) error  { return nil }
func (s *streamConn) SetWriteDeadline(time.Time) error { return nil }

type forwarded struct{}

func (forwarded) Network() string { return "port-forward" }
func (forwarded) String() string  { return "port-forward" }
