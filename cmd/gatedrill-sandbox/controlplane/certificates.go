package controlplane

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	validity = 10 * 365 * 24 * time.Hour
	// renewal is how long the certificates must still be valid to be kept.
	renewal = 30 * 24 * time.Hour
	// masters may do everything; all the sandbox's own parts are members.
	masters = "system:masters"
)

// issue is one certificate to make.
type issue struct {
	name    string // of its files
	subject pkix.Name
	usage   x509.ExtKeyUsage
	dns     []string
	ips     []net.IP
}

func (c Config) issues() []issue {
	local := net.IPv4(127, 0, 0, 1)
	return []issue{
		{
			name: "apiserver", subject: pkix.Name{CommonName: "kube-apiserver"}, usage: x509.ExtKeyUsageServerAuth,
			dns: []string{"localhost", Name, "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"},
			ips: []net.IP{local, net.ParseIP(c.NodeIP), net.ParseIP(c.APIServiceIP)},
		},
		{name: "admin", subject: pkix.Name{CommonName: "gatedrill", Organization: []string{masters}}, usage: x509.ExtKeyUsageClientAuth},
		{name: "kubelet-client", subject: pkix.Name{CommonName: "kube-apiserver", Organization: []string{masters}}, usage: x509.ExtKeyUsageClientAuth},
		{
			name: "kubelet", subject: pkix.Name{CommonName: "system:node:" + Name}, usage: x509.ExtKeyUsageServerAuth,
			dns: []string{Name}, ips: []net.IP{local, net.ParseIP(c.NodeIP)},
		},
	}
}

// Issue makes the certificate authority and its certificates, unless those of
// the last run are still good. They appear all at once, by a rename.
func (c Config) Issue(now time.Time) error {
	if c.stillGood(now) {
		return nil
	}
	fresh := c.Certificates() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("issue certificates: %w", err)
	}
	if err := os.MkdirAll(fresh, 0o700); err != nil {
		return fmt.Errorf("issue certificates: %w", err)
	}
	if err := c.issueInto(fresh, now); err != nil {
		return fmt.Errorf("issue certificates: %w", err)
	}
	if err := os.RemoveAll(c.Certificates()); err != nil {
		return fmt.Errorf("issue certificates: %w", err)
	}
	return os.Rename(fresh, c.Certificates())
}

func (c Config) stillGood(now time.Time) bool {
	text, err := os.ReadFile(c.pki("ca.crt"))
	if err != nil {
		return false
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return false
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	return err == nil && now.After(ca.NotBefore) && now.Add(renewal).Before(ca.NotAfter)
}

func (c Config) issueInto(dir string, now time.Time) error {
	caKey, err := newKey(dir, "ca")
	if err != nil {
		return err
	}
	if _, err := newKey(dir, "sa"); err != nil {
		return err
	}
	ca := template(pkix.Name{CommonName: "gatedrill sandbox"}, 1, now)
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	if err := sign(dir, "ca", ca, ca, caKey, caKey); err != nil {
		return err
	}
	for i, want := range c.issues() {
		key, err := newKey(dir, want.name)
		if err != nil {
			return err
		}
		cert := template(want.subject, int64(i)+2, now)
		cert.KeyUsage, cert.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{want.usage}
		cert.DNSNames, cert.IPAddresses = want.dns, want.ips
		if err := sign(dir, want.name, cert, ca, key, caKey); err != nil {
			return err
		}
	}
	return nil
}

func template(subject pkix.Name, serial int64, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject: subject, SerialNumber: big.NewInt(serial),
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(validity), // an hour: clocks are set back
	}
}

func newKey(dir, name string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, writePEM(filepath.Join(dir, name+".key"), "EC PRIVATE KEY", der, 0o600)
}

func sign(dir, name string, cert, ca *x509.Certificate, key, caKey *ecdsa.PrivateKey) error {
	der, err := x509.CreateCertificate(rand.Reader, cert, ca, &key.PublicKey, caKey)
	if err != nil {
		return err
	}
	return writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", der, 0o644)
}

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
