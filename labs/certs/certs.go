// Package certs issues the certificates that labs declare. Each CA is a root
// with one issuing CA below it, made when it is first needed and kept by the
// caller (package fault keeps it in the cluster), so that labs started again
// have the same one. No key is ever part of the program or its content.
package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

const day = 24 * time.Hour

// CA is a root and its issuing CA. It is data: store it with Files, read it
// back with Parse.
type CA struct {
	Name      string
	root      *x509.Certificate
	issuer    *x509.Certificate
	issuerKey *ecdsa.PrivateKey
}

// Request is a certificate to be issued.
type Request struct {
	Names  []string // DNS names; the first is the common name
	From   time.Time
	To     time.Time
	Client bool // for a client, not a server
}

// Issued is a certificate with its key, PEM.
type Issued struct {
	Leaf     []byte
	Key      []byte
	OtherKey []byte // a key that does not belong to the certificate
}

// NewCA makes a CA that is valid for ten years around now.
func NewCA(name string, now time.Time) (*CA, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key of CA %q: %w", name, err)
	}
	issuerKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key of CA %q: %w", name, err)
	}
	template := func(cn string) (*x509.Certificate, error) {
		serial, err := newSerial()
		return &x509.Certificate{
			SerialNumber: serial, Subject: pkix.Name{Organization: []string{"gatedrill"}, CommonName: cn},
			NotBefore: now.Add(-5 * 365 * day), NotAfter: now.Add(5 * 365 * day),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		}, err
	}
	rootT, err := template(name + " root CA")
	if err != nil {
		return nil, err
	}
	issuerT, err := template(name + " issuing CA")
	if err != nil {
		return nil, err
	}
	root, err := sign(rootT, rootT, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, fmt.Errorf("make CA %q: %w", name, err)
	}
	issuer, err := sign(issuerT, root, &issuerKey.PublicKey, rootKey)
	if err != nil {
		return nil, fmt.Errorf("make CA %q: %w", name, err)
	}
	return &CA{Name: name, root: root, issuer: issuer, issuerKey: issuerKey}, nil
}

// Issue signs a certificate for a new key.
func (c *CA) Issue(r Request) (Issued, error) {
	fail := func(err error) (Issued, error) {
		return Issued{}, fmt.Errorf("issue certificate for %q by CA %q: %w", r.Names, c.Name, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fail(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fail(err)
	}
	serial, err := newSerial()
	if err != nil {
		return fail(err)
	}
	usage := x509.ExtKeyUsageServerAuth
	if r.Client {
		usage = x509.ExtKeyUsageClientAuth
	}
	leaf, err := sign(&x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"gatedrill"}, CommonName: r.Names[0]},
		DNSNames: r.Names, NotBefore: r.From, NotAfter: r.To,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
	}, c.issuer, &key.PublicKey, c.issuerKey)
	if err != nil {
		return fail(err)
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return fail(err)
	}
	otherPEM, err := encodeKey(other)
	if err != nil {
		return fail(err)
	}
	return Issued{Leaf: encode(leaf), Key: keyPEM, OtherKey: otherPEM}, nil
}

// Root is the root certificate, PEM: what clients trust.
func (c *CA) Root() []byte { return encode(c.root) }

// Issuer is the issuing CA's certificate, PEM: what servers send along.
func (c *CA) Issuer() []byte { return encode(c.issuer) }

// The names of a CA's files.
const (
	rootFile   = "root.crt"
	issuerFile = "issuer.crt"
	keyFile    = "issuer.key"
)

// Files is the CA as files, PEM, by name.
func (c *CA) Files() (map[string][]byte, error) {
	key, err := encodeKey(c.issuerKey)
	if err != nil {
		return nil, fmt.Errorf("encode CA %q: %w", c.Name, err)
	}
	return map[string][]byte{rootFile: c.Root(), issuerFile: c.Issuer(), keyFile: key}, nil
}

// Parse reads a CA back from what Files returned.
func Parse(name string, files map[string][]byte) (*CA, error) {
	c := &CA{Name: name}
	for file, into := range map[string]**x509.Certificate{rootFile: &c.root, issuerFile: &c.issuer} {
		b, _ := pem.Decode(files[file])
		if b == nil {
			return nil, fmt.Errorf("read CA %q: %s is not PEM", name, file)
		}
		cert, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read CA %q: %s: %w", name, file, err)
		}
		*into = cert
	}
	b, _ := pem.Decode(files[keyFile])
	if b == nil {
		return nil, fmt.Errorf("read CA %q: %s is not PEM", name, keyFile)
	}
	key, err := x509.ParsePKCS8PrivateKey(b.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read CA %q: %s: %w", name, keyFile, err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read CA %q: %s holds a %T, want ECDSA", name, keyFile, key)
	}
	c.issuerKey = ec
	return c, nil
}

func sign(template, parent *x509.Certificate, pub *ecdsa.PublicKey, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func newSerial() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	return n.SetBit(n, 120, 1), nil // always 121 bits: the same length in every tool's output
}

func encode(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func encodeKey(k *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
