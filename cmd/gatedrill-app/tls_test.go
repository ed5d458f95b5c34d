package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTLSShowsSNIAndClient(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca, pair := issue(t, dir)
	o := options{name: "partner", https: anywhere, tls: anywhere,
		cert: filepath.Join(dir, "tls.crt"), key: filepath.Join(dir, "tls.key"), clientCA: filepath.Join(dir, "tls.crt")}
	s := start(t, o)
	conf := &tls.Config{RootCAs: ca, ServerName: "partner.example.com", Certificates: []tls.Certificate{pair}}

	_, got := get(t, client(false, conf), "https://"+s.addrs["https"].String()+"/", nil)
	if got.TLS == nil || got.TLS.SNI != "partner.example.com" || got.TLS.Client != "CN=partner.example.com" ||
		got.TLS.Version != "TLS 1.3" || got.TLS.ALPN != "h2" || got.Proto != "HTTP/2.0" {
		t.Errorf("got %+v, %+v", got, got.TLS)
	}

	conn, err := tls.Dial("tcp", s.addrs["tls"].String(), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	greets(t, conn)

	stranger := &tls.Config{RootCAs: ca, ServerName: "partner.example.com"}
	if _, err := client(false, stranger).Get("https://" + s.addrs["https"].String()); err == nil {
		t.Error("a client without certificate was let in")
	}
}

// issue writes tls.crt and tls.key of a self-signed certificate.
func issue(t *testing.T, dir string) (*x509.CertPool, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "partner.example.com"},
		DNSNames: []string{"partner.example.com"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
	for name, data := range map[string][]byte{"tls.crt": certPEM, "tls.key": keyPEM} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return pool, pair
}
