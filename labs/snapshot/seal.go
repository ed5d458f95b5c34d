package snapshot

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
)

// sealField is where Seal leaves what it learned of a Secret.
const sealField = "sealed"

// Sealed is what may be known of a Secret without its private parts.
type Sealed struct {
	Keys             []string `json:"keys"`                       // of the Secret's data
	Certificate      string   `json:"certificate,omitempty"`      // PEM chain, leaf first
	CertificateError string   `json:"certificateError,omitempty"` // why it cannot be read
	CertificateKey   string   `json:"certificateKey,omitempty"`   // SHA-256 of the leaf's public key, hex
	PrivateKey       string   `json:"privateKey,omitempty"`       // SHA-256 of the key's public half, hex
	PrivateKeyError  string   `json:"privateKeyError,omitempty"`
	CA               string   `json:"ca,omitempty"` // PEM
}

// KeyFits says whether certificate and key belong together.
func (s Sealed) KeyFits() bool { return s.CertificateKey != "" && s.CertificateKey == s.PrivateKey }

// public are the data keys of a Secret that hold no secret.
var public = []string{"tls.crt", "cert", "ca.crt", "cacert"}

// Seal returns a copy of a Secret that holds no private data any more, and
// in its place what a trace needs to know of it. Other objects are returned
// as they are.
func Seal(o Object) Object {
	if o["kind"] != "Secret" {
		return o
	}
	data, _ := o["data"].(map[string]any)
	get := func(keys ...string) []byte {
		for _, k := range keys {
			if s, ok := data[k].(string); ok {
				if b, err := base64.StdEncoding.DecodeString(s); err == nil {
					return b
				}
			}
		}
		return nil
	}
	// Istio reads "cert" and "key" before "tls.crt" and "tls.key".
	cert, key := get("cert"), get("key")
	if cert == nil || key == nil {
		cert, key = get("tls.crt"), get("tls.key")
	}
	s := Sealed{Keys: slices.Sorted(maps.Keys(data)), CA: string(get("cacert", "ca.crt"))}
	s.readCertificate(cert)
	s.readKey(key)

	out := maps.Clone(o)
	delete(out, "stringData")
	kept := map[string]any{}
	for _, k := range public {
		if v, ok := data[k]; ok {
			kept[k] = v
		}
	}
	out["data"] = kept
	out[sealField] = s.object()
	if meta, ok := o["metadata"].(map[string]any); ok {
		out["metadata"] = withoutApplied(meta)
	}
	return out
}

// withoutApplied drops the annotation in which kubectl keeps the whole
// object, private data and all.
func withoutApplied(meta map[string]any) map[string]any {
	const applied = "kubectl.kubernetes.io/last-applied-configuration"
	notes, _ := meta["annotations"].(map[string]any)
	if _, has := notes[applied]; !has {
		return meta
	}
	meta, notes = maps.Clone(meta), maps.Clone(notes)
	delete(notes, applied)
	meta["annotations"] = notes
	return meta
}

func (s *Sealed) readCertificate(text []byte) {
	if len(text) == 0 {
		return
	}
	certs, err := Certificates(text)
	if err != nil {
		s.CertificateError = err.Error()
		return
	}
	s.Certificate = string(text)
	s.CertificateKey = Fingerprint(certs[0].PublicKey)
}

func (s *Sealed) readKey(text []byte) {
	if len(text) == 0 {
		return
	}
	block, _ := pem.Decode(text)
	if block == nil {
		s.PrivateKeyError = "no PEM data"
		return
	}
	key, err := privateKey(block.Bytes)
	if err != nil {
		s.PrivateKeyError = err.Error()
		return
	}
	s.PrivateKey = Fingerprint(key.Public())
}

func privateKey(der []byte) (crypto.Signer, error) {
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k, nil
	}
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", err)
	}
	signer, ok := k.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("read private key: a %T cannot sign", k)
	}
	return signer, nil
}

// Fingerprint is the SHA-256 of a public key, hex, "" for what is none.
func Fingerprint(pub any) string {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// Certificates reads a PEM bundle; no certificate in it is an error.
func Certificates(text []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for {
		var block *pem.Block
		block, text = pem.Decode(text)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read certificate %d: %w", len(out)+1, err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no certificate in PEM form")
	}
	return out, nil
}

// object turns s into plain JSON values, so that it survives recording and
// can be read by expressions like the rest of the object.
func (s Sealed) object() map[string]any {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings only
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		panic(err)
	}
	return m
}

// SealedOf returns what Seal left in a Secret.
func SealedOf(o Object) (Sealed, bool) {
	m, ok := o[sealField].(map[string]any)
	if !ok {
		return Sealed{}, false
	}
	b, err := json.Marshal(m)
	if err != nil {
		return Sealed{}, false
	}
	var s Sealed
	return s, json.Unmarshal(b, &s) == nil
}

// Peer describes one certificate of a served chain.
func Peer(c *x509.Certificate) PeerCert {
	return PeerCert{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(),
		Serial: Serial(c), DNSNames: c.DNSNames,
		From: c.NotBefore.UTC(), To: c.NotAfter.UTC(),
		PEM: EncodePEM(c.Raw),
	}
}

// EncodePEM writes a certificate as PEM.
func EncodePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// Serial is a certificate's serial number in lower-case hex, as Envoy and
// istioctl print it.
func Serial(c *x509.Certificate) string { return fmt.Sprintf("%x", c.SerialNumber) }
