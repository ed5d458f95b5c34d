package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// handshake speaks TLS on conn. The chain is noted before it is judged, so
// that a client that refuses it still knows what it refused.
func (c *call) handshake(ctx context.Context, conn net.Conn) (net.Conn, error) {
	host := c.url.Hostname()
	c.result.SNI = c.request.ServerName(host)
	cfg := &tls.Config{
		ServerName:         c.result.SNI,
		NextProtos:         []string{"http/1.1"},
		InsecureSkipVerify: true, // verified below, after the chain was noted
	}
	if c.request.HTTP2 {
		cfg.NextProtos = []string{"h2"}
	}
	if c.request.Cert != "" {
		cert, ok := c.prober.Certs[c.request.Cert]
		if !ok {
			conn.Close()
			return nil, fmt.Errorf("no client certificate named %q", c.request.Cert)
		}
		// Sent whatever CAs the server names, as curl does: a certificate that
		// is kept back would show a stranger as somebody who brings none.
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cert, nil }
	}
	tc := tls.Client(conn, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, &handshakeError{err}
	}
	chain := tc.ConnectionState().PeerCertificates
	for _, cert := range chain {
		c.result.Peers = append(c.result.Peers, snapshot.Peer(cert))
	}
	c.result.Answer.Serial = snapshot.Serial(chain[0])
	if err := c.verify(chain, host); err != nil {
		tc.Close()
		return nil, fmt.Errorf("%w: %w", errUntrusted, err)
	}
	return tc, nil
}

// verify checks a chain as curl with --cacert would: against the URL's host,
// not the SNI.
func (c *call) verify(chain []*x509.Certificate, host string) error {
	opts := x509.VerifyOptions{
		DNSName: host, CurrentTime: c.prober.Now(),
		Intermediates: x509.NewCertPool(),
		Roots:         TrustPool(c.prober.Trust, c.request.Trust),
	}
	for _, cert := range chain[1:] {
		opts.Intermediates.AddCert(cert)
	}
	_, err := chain[0].Verify(opts)
	return err
}

// DefaultTrust is the CA a client trusts when a request names none.
const DefaultTrust = "public"

func trustName(name string) string {
	if name == "" {
		return DefaultTrust
	}
	return name
}

// TrustPool returns the roots of a named CA, nil (the system's) when there
// is no such bundle.
func TrustPool(trust map[string]string, name string) *x509.CertPool {
	text, ok := trust[trustName(name)]
	if !ok {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(text))
	return pool
}

// handshakeError marks a failure of the handshake itself.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// TrustClass names why a chain is not trusted.
func TrustClass(err error) string {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &name):
		return "tls: name mismatch"
	case errors.As(err, &authority):
		return "tls: unknown authority"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "tls: expired or not yet valid"
	}
	return "tls: " + err.Error()
}
