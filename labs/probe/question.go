package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// Question is a request with all that a program elsewhere needs to ask it.
type Question struct {
	Request labs.Request  `json:"request"`
	Trust   string        `json:"trust,omitempty"` // PEM bundle of the CA that the request names
	Cert    string        `json:"cert,omitempty"`  // PEM of the client certificate that the request names
	Key     string        `json:"key,omitempty"`   // PEM
	Timeout time.Duration `json:"timeout"`
}

// Question packs a request with what this prober would ask it with.
func (p *Prober) Question(r labs.Request) (Question, error) {
	q := Question{Request: r, Trust: p.Trust[trustName(r.Trust)], Timeout: p.Timeout}
	if q.Timeout == 0 {
		q.Timeout = DefaultTimeout
	}
	if r.Cert == "" {
		return q, nil
	}
	cert, ok := p.Certs[r.Cert]
	if !ok {
		return q, fmt.Errorf("no client certificate named %q", r.Cert)
	}
	for _, der := range cert.Certificate {
		q.Cert += string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		return q, fmt.Errorf("read the key of client certificate %q: %w", r.Cert, err)
	}
	q.Key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	return q, nil
}

// AskHere reads a Question, asks it from this machine, with its own resolver,
// and writes the Result. Both are JSON.
func AskHere(ctx context.Context, in io.Reader, out io.Writer, now func() time.Time) error {
	var q Question
	if err := json.NewDecoder(in).Decode(&q); err != nil {
		return fmt.Errorf("read the question: %w", err)
	}
	p := &Prober{
		Dial: new(net.Dialer).DialContext, Resolve: lookup, Timeout: q.Timeout, Now: now,
		Trust: map[string]string{}, Certs: map[string]tls.Certificate{},
	}
	if q.Trust != "" {
		p.Trust[trustName(q.Request.Trust)] = q.Trust
	}
	if q.Cert != "" {
		cert, err := tls.X509KeyPair([]byte(q.Cert), []byte(q.Key))
		if err != nil {
			return fmt.Errorf("read the client certificate: %w", err)
		}
		p.Certs[q.Request.Cert] = cert
	}
	if err := json.NewEncoder(out).Encode(p.Do(ctx, q.Request, "")); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// lookup resolves as programs on this machine do, search list included.
func lookup(ctx context.Context, host string) ([]string, error) {
	list, err := (&net.Resolver{PreferGo: true}).LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.Unmap().String()
	}
	return out, nil
}
