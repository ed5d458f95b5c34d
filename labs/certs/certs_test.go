package certs_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/certs"
)

func TestIssue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	first, err := certs.NewCA("public", now)
	if err != nil {
		t.Fatal(err)
	}
	files, err := first.Files()
	if err != nil {
		t.Fatal(err)
	}
	ca, err := certs.Parse("public", files) // what is kept must be enough to go on
	if err != nil {
		t.Fatal(err)
	}
	got, err := ca.Issue(certs.Request{Names: []string{"shop.example.com", "api.example.com"}, From: now.Add(-time.Hour), To: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(append(got.Leaf, ca.Issuer()...), got.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.X509KeyPair(got.Leaf, got.OtherKey); err == nil {
		t.Error("the other key fits the certificate")
	}
	roots, middle := x509.NewCertPool(), x509.NewCertPool()
	roots.AppendCertsFromPEM(first.Root())
	middle.AppendCertsFromPEM(ca.Issuer())
	for _, c := range []struct {
		name, host string
		at         time.Time
		middle     *x509.CertPool
		ok         bool
	}{
		{"good", "api.example.com", now, middle, true},
		{"other host", "www.example.com", now, middle, false},
		{"expired", "api.example.com", now.Add(2 * time.Hour), middle, false},
		{"chain incomplete", "api.example.com", now, nil, false},
	} {
		_, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: c.host, Roots: roots, Intermediates: c.middle, CurrentTime: c.at})
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	if _, err := certs.Parse("x", map[string][]byte{"root.crt": []byte("nonsense")}); err == nil {
		t.Error("nonsense was accepted")
	}
}
