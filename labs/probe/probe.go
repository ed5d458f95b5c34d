// Package probe asks real questions as a client would, from outside the
// cluster or in a workload's own container: it dials the address it is given,
// shakes hands with the server name it is told, sends one request and returns
// what came back as facts. It never retries and never judges. It also reads
// Istio's access log, in which proxies say how they saw the same request.
package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Limits of one probe.
const (
	DefaultTimeout = 5 * time.Second
	MaxBody        = 4 << 10
)

// Prober sends requests from where its Dial begins.
type Prober struct {
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Resolve finds the addresses of a host. A *net.DNSError is what the client
	// sees; any other error keeps us from seeing anything.
	Resolve func(ctx context.Context, host string) ([]string, error)
	Trust   map[string]string          // PEM bundle by CA name
	Certs   map[string]tls.Certificate // client certificates by name
	Timeout time.Duration              // of one request with its redirects; DefaultTimeout when 0
	Now     func() time.Time
}

// Result is what one probe saw; of several along redirects, the last.
type Result struct {
	Answer   labs.Answer         `json:"answer"`
	Peers    []snapshot.PeerCert `json:"peers,omitempty"` // served chain, leaf first; also when it was not trusted
	ID       string              `json:"id"`              // in the access log's request id or user agent
	SNI      string              `json:"sni,omitempty"`
	Local    string              `json:"local,omitempty"` // the client's end of the connection, where it is the one that proxies see
	Sent     time.Time           `json:"sent"`
	Resolved []string            `json:"resolved,omitempty"` // what the URL's host resolved to

	location string // of a redirect
}

// Do sends the request to an address, which may have a port, and waits for
// the answer; without an address, to the first of the host's that takes the
// connection. What goes wrong is an answer too: Error holds its class.
// Observed is false only when the way into the cluster itself failed, or the
// request is one that cannot be sent.
func (p *Prober) Do(ctx context.Context, r labs.Request, address string) Result {
	start := p.Now()
	first, err := firstStep(r, address)
	if err != nil {
		return Result{Sent: start, Answer: labs.Answer{At: start, Error: err.Error()}}
	}
	timeout := p.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	res := p.sampled(ctx, first)
	res.Answer.Took = res.Answer.At.Sub(start)
	return res
}

// send makes one request.
func (p *Prober) send(ctx context.Context, s step) Result {
	start := p.Now()
	res := Result{ID: newID(), Sent: start, Answer: labs.Answer{At: start}}
	c := &call{prober: p, request: s.request, url: s.url, result: &res}
	addresses, err := c.addresses(ctx, s.address)
	if err == nil {
		err = c.send(ctx, addresses)
	}
	res.Answer.At = p.Now()
	res.Answer.Observed = true
	if err != nil {
		res.Answer.Error, res.Answer.Observed = classify(err)
	}
	return res
}

// call is one request on its way.
type call struct {
	prober  *Prober
	request labs.Request
	url     *url.URL
	result  *Result
}

// addresses are those to try, each with its port.
func (c *call) addresses(ctx context.Context, given string) ([]string, error) {
	list := []string{given}
	if host := c.url.Hostname(); given == "" && net.ParseIP(host) != nil {
		list = []string{host}
	} else if given == "" {
		var err error
		if list, err = c.prober.Resolve(ctx, host); err != nil {
			return nil, &resolveError{err}
		}
		if len(list) == 0 {
			return nil, &resolveError{&net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
		}
		c.result.Resolved = list
	}
	out := make([]string, len(list))
	for i, a := range list {
		if out[i] = a; net.ParseIP(a) != nil {
			out[i] = net.JoinHostPort(a, Port(c.url))
		} else if _, _, err := net.SplitHostPort(a); err != nil {
			out[i] = net.JoinHostPort(a, Port(c.url))
		}
	}
	return out, nil
}

// dial connects to the first address that takes the connection; the error is
// of the first one.
func (c *call) dial(ctx context.Context, network string, addresses []string) (net.Conn, error) {
	var first error
	for _, a := range addresses {
		conn, err := c.prober.Dial(ctx, network, a)
		if err == nil {
			if tcp, ok := conn.LocalAddr().(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
				c.result.Local = tcp.String()
			}
			return conn, nil
		}
		if first == nil {
			first = &dialError{err}
		}
	}
	return nil, first
}

func (c *call) send(ctx context.Context, addresses []string) error {
	transport := &http.Transport{
		DisableKeepAlives:  true,
		DisableCompression: true,
		Protocols:          c.protocols(),
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return c.dial(ctx, network, addresses)
		},
		DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			conn, err := c.dial(ctx, network, addresses)
			if err != nil {
				return nil, err
			}
			return c.handshake(ctx, conn)
		},
	}
	defer transport.CloseIdleConnections()

	req, err := c.build(ctx)
	if err != nil {
		return err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var body []byte
	if resp.StatusCode != http.StatusSwitchingProtocols { // what follows is a conversation, and the server waits for us
		body, err = io.ReadAll(io.LimitReader(resp.Body, MaxBody))
	}
	a := &c.result.Answer
	a.Code, a.Body = resp.StatusCode, string(bytes.ToValidUTF8(body, []byte("?")))
	a.Headers = headersOf(resp.Header, resp.Trailer)
	a.Server = resp.Header.Get("Server")
	a.Upstream = resp.Header.Get("X-Envoy-Upstream-Service-Time") != ""
	c.result.location = resp.Header.Get("Location")
	if err != nil && len(body) == 0 {
		return err
	}
	return nil
}

func (c *call) build(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if strings.HasPrefix(headerOf(c.request, "content-type"), grpcType) {
		body = bytes.NewReader(make([]byte, 5)) // an empty message in its frame
	}
	req, err := http.NewRequestWithContext(ctx, c.request.Method, c.url.String(), body)
	if err != nil {
		return nil, fmt.Errorf("build request for %q: %w", c.request.URL, err)
	}
	// The gateway may replace a client's request id, but never the agent.
	req.Header.Set("X-Request-Id", c.result.ID)
	req.Header.Set("User-Agent", agentName+c.result.ID)
	for k, v := range c.request.Headers {
		if strings.EqualFold(k, "host") {
			req.Host = v
			continue
		}
		req.Header.Set(k, v)
	}
	return req, nil
}

// grpcType begins the content type of a gRPC request.
const grpcType = "application/grpc"

// protocols are those that the client speaks.
func (c *call) protocols() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(!c.request.HTTP2)
	p.SetHTTP2(c.request.HTTP2)
	p.SetUnencryptedHTTP2(c.request.HTTP2)
	return &p
}

func headerOf(r labs.Request, name string) string {
	for k, v := range r.Headers {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// headersOf joins headers and trailers.
func headersOf(list ...http.Header) map[string]string {
	out := map[string]string{}
	for _, h := range list {
		for k, v := range h {
			out[strings.ToLower(k)] = strings.Join(v, ", ")
		}
	}
	return out
}

// Port is the URL's port, or its scheme's.
func Port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

// newID is a random UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand's own promise
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// dialError marks a failure before any byte was sent.
type dialError struct{ err error }

func (e *dialError) Error() string { return "dial: " + e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// resolveError marks a host that has no address, as far as the client knows.
type resolveError struct{ err error }

func (e *resolveError) Error() string { return "resolve: " + e.err.Error() }
func (e *resolveError) Unwrap() error { return e.err }

var errUntrusted = errors.New("the client does not trust the certificate")
