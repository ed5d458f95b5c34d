package record

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"strings"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// reissue undoes describe: it issues the certificates anew, with keys that
// are thrown away, and fills them in where their tokens stand, and the
// fingerprints of the new keys where those of the old ones stand.
func reissue(tree map[string]any, list []certificate) error {
	keys := map[string]*ecdsa.PrivateKey{} // by old fingerprint
	key := func(id string) (*ecdsa.PrivateKey, error) {
		if k := keys[id]; k != nil {
			return k, nil
		}
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		keys[id] = k
		return k, err
	}
	issued := map[string]string{} // by token
	for _, c := range list {
		own, err := key(c.Key)
		if err != nil {
			return err
		}
		issuer, err := key(c.IssuerKey)
		if err != nil {
			return err
		}
		text, err := c.issue(&own.PublicKey, issuer)
		if err != nil {
			return fmt.Errorf("issue certificate %s of %q: %w", c.ID, c.Subject.CommonName, err)
		}
		issued[token(c.ID)] = text
	}
	_, err := rewrite(tree, func(s string) (string, error) {
		if k := keys[s]; k != nil {
			return snapshot.Fingerprint(&k.PublicKey), nil
		}
		return fill(s, issued)
	})
	return err
}

// issue makes the certificate, PEM. A new key has any key id it is given, so
// authority and subject stay tied as they were.
func (c certificate) issue(own *ecdsa.PublicKey, issuer *ecdsa.PrivateKey) (string, error) {
	serial, ok := new(big.Int).SetString(c.Serial, 16)
	if !ok {
		return "", fmt.Errorf("serial %q is not in hex", c.Serial)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: c.Subject.pkix(), DNSNames: c.DNSNames, NotBefore: c.From, NotAfter: c.To,
		IsCA: c.IsCA, BasicConstraintsValid: c.IsCA, KeyUsage: c.Usage, ExtKeyUsage: c.Extended,
	}
	for _, text := range c.URIs {
		u, err := url.Parse(text)
		if err != nil {
			return "", fmt.Errorf("certificate %s: %w", c.ID, err)
		}
		template.URIs = append(template.URIs, u)
	}
	if c.IsCA {
		template.SubjectKeyId = keyID(c.Key)
	}
	parent := &x509.Certificate{Subject: c.Issuer.pkix(), SubjectKeyId: keyID(c.IssuerKey)}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, own, issuer)
	if err != nil {
		return "", err
	}
	return snapshot.EncodePEM(der), nil
}

func keyID(fingerprint string) []byte {
	sum := sha256.Sum256([]byte(fingerprint))
	return sum[:20]
}

// tokens finds what token makes.
var tokens = regexp.MustCompile(`\{certificate [0-9a-f]+\}`)

// fill puts certificates where their tokens stand. A token that nothing
// describes is an error.
func fill(s string, issued map[string]string) (string, error) {
	var failed error
	out := tokens.ReplaceAllStringFunc(s, func(t string) string {
		text, ok := issued[t]
		if !ok {
			failed = fmt.Errorf("nothing describes %s", t)
		}
		return strings.TrimSuffix(text, "\n") // the token's own line ends stay
	})
	if text, ok := strings.CutPrefix(out, encodedToken); ok && out != s {
		return base64.StdEncoding.EncodeToString([]byte(text)), failed
	}
	return out, failed
}
