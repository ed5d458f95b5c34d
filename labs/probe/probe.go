// Package probe asks a gateway real questions from outside the cluster, as a
// client would: it dials the address it is given, shakes hands with the
// server name it is told, sends one request and returns what came back as
// facts. It never retries and never judges. It also reads Istio's access
// log, in which the gateway says how it saw the same request.
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
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Limits of one probe.
const (
	DefaultTimeout = 5 * time.Second
	MaxBody        = 4 << 10
)

// Prober sends requests into a cluster.
type Prober struct {
	Dial    cluster.DialFunc
	Trust   map[string]string          // PEM bundle by CA name
	Certs   map[string]tls.Certificate // client certificates by name
	Timeout time.Duration              // of one request; DefaultTimeout when 0
	Now     func() time.Time
}

// Result is what one probe saw.
type Result struct {
	Answer labs.Answer
	Peers  []snapshot.PeerCert // served chain, leaf first; also when it was not trusted
	ID     string              // in the access log's request id or user agent
	SNI    string
	Sent   time.Time
}

// Do sends the request to an address (an IP) and waits for the answer. What
// goes wrong is an answer too: Error holds its class. Observed is false only
// when the way into the cluster itself failed, or the request is one that
// cannot be sent from here.
func (p *Prober) Do(ctx context.Context, r labs.Request, address string) Result {
	start := p.Now()
	res := Result{ID: newID(), Sent: start, Answer: labs.Answer{At: start}}
	if r.From != "" && r.From != "outside" {
		res.Answer.Error = fmt.Sprintf("requests from %q are not supported: only those from outside are", r.From)
		return res
	}
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		res.Answer.Error = fmt.Sprintf("no URL to ask: %q", r.URL)
		return res
	}
	timeout := p.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	c := &call{prober: p, request: r, url: u, result: &res}
	err = c.send(ctx, address)
	res.Answer.At = p.Now()
	res.Answer.Took = res.Answer.At.Sub(start)
	if err != nil {
		res.Answer.Error, res.Answer.Observed = classify(err)
		return res
	}
	res.Answer.Observed = true
	return res
}

// call is one request on its way.
type call struct {
	prober  *Prober
	request labs.Request
	url     *url.URL
	result  *Result
}

func (c *call) send(ctx context.Context, address string) error {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		conn, err := c.prober.Dial(ctx, network, net.JoinHostPort(address, Port(c.url)))
		if err != nil {
			return nil, &dialError{err}
		}
		return conn, nil
	}
	transport := &http.Transport{
		DisableKeepAlives:  true,
		DisableCompression: true,
		DialContext:        dial,
		DialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
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
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody))
	a := &c.result.Answer
	a.Code, a.Body = resp.StatusCode, string(bytes.ToValidUTF8(body, []byte("?")))
	a.Server = resp.Header.Get("Server")
	a.Upstream = resp.Header.Get("X-Envoy-Upstream-Service-Time") != ""
	if err != nil && len(body) == 0 {
		return err
	}
	return nil
}

func (c *call) build(ctx context.Context) (*http.Request, error) {
	method := c.request.Method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("build request for %q: %w", c.request.URL, err)
	}
	// The gateway may replace a client's request id, but never the agent.
	req.Header.Set("X-Request-Id", c.result.ID)
	req.Header.Set("User-Agent", "gatedrill/"+c.result.ID)
	for k, v := range c.request.Headers {
		if strings.EqualFold(k, "host") {
			req.Host = v
			continue
		}
		req.Header.Set(k, v)
	}
	return req, nil
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

var errUntrusted = errors.New("the client does not trust the certificate")
