package record

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// certificate describes one, so that another of the same kind can be issued
// in its place.
type certificate struct {
	ID        string             `json:"id"` // as in tokens; the start of its SHA-256
	Subject   name               `json:"subject"`
	Issuer    name               `json:"issuer"`
	Serial    string             `json:"serial"` // hex
	DNSNames  []string           `json:"dnsNames,omitempty"`
	URIs      []string           `json:"uris,omitempty"` // SPIFFE ids of the mesh
	From      time.Time          `json:"from"`
	To        time.Time          `json:"to"`
	IsCA      bool               `json:"isCA,omitempty"`
	Usage     x509.KeyUsage      `json:"usage"`
	Extended  []x509.ExtKeyUsage `json:"extended,omitempty"`
	Key       string             `json:"key"`       // SHA-256 of its public key, hex, as in Sealed
	IssuerKey string             `json:"issuerKey"` // that of the certificate which signed it, or an id of its own
}

// name is as much of a distinguished name as the certificates of labs have.
type name struct {
	Organization []string `json:"organization,omitempty"`
	CommonName   string   `json:"commonName,omitempty"`
}

func (n name) pkix() pkix.Name {
	return pkix.Name{Organization: n.Organization, CommonName: n.CommonName}
}

func nameOf(n pkix.Name) name { return name{Organization: n.Organization, CommonName: n.CommonName} }

// encodedPEM is how PEM begins in base64, encodedToken how its tokens do.
const (
	encodedPEM   = "LS0tLS1CRUdJTi"
	encodedToken = "base64 "
)

func token(id string) string { return "{certificate " + id + "}" }

// blocks finds certificates in PEM.
var blocks = regexp.MustCompile(`(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----`)

// forwarded finds certificates as Envoy writes them into a header, encoded for
// URLs: a server that tells what it saw has them in its answer. No trace reads
// them, so they are cut, and where the answer was cut short, their beginning.
var forwarded = regexp.MustCompile(`-----BEGIN%20CERTIFICATE-----[A-Za-z0-9%+/=._-]*`)

// describe puts tokens in the place of all certificates, PEM or PEM in
// base64, and says what they stand for.
func describe(tree map[string]any) ([]certificate, error) {
	found := map[string]*x509.Certificate{}
	if _, err := rewrite(tree, func(s string) (string, error) { return takeOut(s, found) }); err != nil {
		return nil, err
	}
	var out []certificate
	for id, c := range found {
		if err := describable(c); err != nil {
			return nil, err
		}
		out = append(out, certificate{
			ID: id, Subject: nameOf(c.Subject), Issuer: nameOf(c.Issuer), Serial: snapshot.Serial(c), DNSNames: c.DNSNames, URIs: urisOf(c),
			From: c.NotBefore, To: c.NotAfter, IsCA: c.IsCA, Usage: c.KeyUsage, Extended: c.ExtKeyUsage,
			Key: snapshot.Fingerprint(c.PublicKey), IssuerKey: signer(c, found),
		})
	}
	slices.SortFunc(out, func(a, b certificate) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// takeOut replaces the certificates in a string and adds them to found.
func takeOut(s string, found map[string]*x509.Certificate) (string, error) {
	prefix := ""
	if strings.HasPrefix(s, encodedPEM) {
		if b, err := base64.StdEncoding.DecodeString(s); err == nil {
			prefix, s = encodedToken, string(b)
		}
	}
	s = forwarded.ReplaceAllString(s, "{certificate cut}")
	var failed error
	s = blocks.ReplaceAllStringFunc(s, func(text string) string {
		certs, err := snapshot.Certificates([]byte(text))
		if err != nil {
			failed = err
			return text
		}
		sum := sha256.Sum256(certs[0].Raw)
		id := hex.EncodeToString(sum[:8])
		found[id] = certs[0]
		return token(id)
	})
	return prefix + s, failed
}

// describable refuses what a description could not hold.
func describable(c *x509.Certificate) error {
	if nameOf(c.Subject).pkix().String() != c.Subject.String() || nameOf(c.Issuer).pkix().String() != c.Issuer.String() {
		return fmt.Errorf("certificate of %q by %q: describe has room for organization and common name only", c.Subject, c.Issuer)
	}
	if len(c.IPAddresses)+len(c.EmailAddresses) > 0 {
		return fmt.Errorf("certificate of %q: describe has room for DNS names and URIs only", c.Subject)
	}
	return nil
}

func urisOf(c *x509.Certificate) []string {
	var out []string
	for _, u := range c.URIs {
		out = append(out, u.String())
	}
	return out
}

// signer names the key that signed a certificate; of a CA that is not in the
// recording, the authority key id is enough.
func signer(c *x509.Certificate, all map[string]*x509.Certificate) string {
	for _, parent := range all {
		if bytes.Equal(parent.RawSubject, c.RawIssuer) && parent.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil {
			return snapshot.Fingerprint(parent.PublicKey)
		}
	}
	return "unknown " + hex.EncodeToString(c.AuthorityKeyId)
}

// rewrite replaces every string in a JSON value, in place; keys stay.
func rewrite(v any, f func(string) (string, error)) (any, error) {
	var err error
	switch x := v.(type) {
	case string:
		return f(x)
	case []any:
		for i := range x {
			if x[i], err = rewrite(x[i], f); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range x {
			if x[k], err = rewrite(x[k], f); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
