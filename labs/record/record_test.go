package record

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs/certs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newCA(t *testing.T) *certs.CA {
	t.Helper()
	ca, err := certs.NewCA("public", noon)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func issued(t *testing.T, ca *certs.CA, names ...string) certs.Issued {
	t.Helper()
	pair, err := ca.Issue(certs.Request{Names: names, From: noon.Add(-time.Hour), To: noon.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// served is a snapshot that holds one chain wherever a snapshot can hold it.
func served(t *testing.T, ca *certs.CA, wrongKey bool) snapshot.Snapshot {
	t.Helper()
	pair := issued(t, ca, "a.example.com", "b.example.com")
	chain, key := append(bytes.Clone(pair.Leaf), ca.Issuer()...), pair.Key
	if wrongKey {
		key = pair.OtherKey
	}
	list, err := snapshot.Certificates(chain)
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{}
	for name, text := range map[string][]byte{"tls.crt": chain, "tls.key": key, "ca.crt": ca.Root()} {
		data[name] = base64.StdEncoding.EncodeToString(text)
	}
	secret := snapshot.Object{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "s"}, "data": data}
	dump := `{"configs":[{"@type":"a/envoy.admin.v3.BootstrapConfigDump","bootstrap":{"node":"this machine"}},
		{"@type":"a/envoy.admin.v3.SecretsConfigDump","dynamic_active_secrets":[{"name":"kubernetes://s","last_updated":"x",
		"secret":{"tls_certificate":{"certificate_chain":{"inline_bytes":"` + base64.StdEncoding.EncodeToString(chain) + `"}}}},
		{"name":"default","secret":{"mesh":"own"}}]}]}`
	return snapshot.Snapshot{
		At: noon, Objects: []snapshot.Object{snapshot.Seal(secret), {"kind": "ConfigMap", "data": map[string]any{"k": "v"}}},
		Proxies: []snapshot.Proxy{{Namespace: "istio-system", Pod: "gw", Dump: []byte(dump)}},
		Peers:   map[string][]snapshot.PeerCert{"main": {snapshot.Peer(list[0]), snapshot.Peer(list[1])}},
		Trust:   map[string]string{"public": string(ca.Root())},
		Zone:    map[string][]string{"a": {"10.0.0.1"}},
	}
}

func replay(t *testing.T, s snapshot.Snapshot) (recorded string, again snapshot.Snapshot) {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, s); err != nil {
		t.Fatal(err)
	}
	text, err := gunzip(buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	again, err = Read(&buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), again
}

func gunzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func TestRecord(t *testing.T) {
	t.Parallel()
	ca := newCA(t)
	in := served(t, ca, false)
	before, _ := json.Marshal(in)
	recorded, out := replay(t, in)
	if after, _ := json.Marshal(in); !bytes.Equal(before, after) {
		t.Error("Write changed its argument")
	}
	for _, word := range []string{"BEGIN", "LS0tLS1CRUdJTi", "machine", "last_updated", "mesh", "ConfigMap"} {
		if strings.Contains(recorded, word) {
			t.Errorf("recorded %s", word)
		}
	}
	if out.Resolve("a")[0] != "10.0.0.1" || !out.At.Equal(noon) || out.Proxies[0].Clusters != nil {
		t.Errorf("read back %+v", out)
	}
}

// TestSettings: of ConfigMaps the CAs that policies name are kept, as
// descriptions, and the mesh's settings; nothing else.
func TestSettings(t *testing.T) {
	t.Parallel()
	ca := newCA(t)
	configMap := func(name string, data map[string]any) snapshot.Object {
		return snapshot.Object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"namespace": "a", "name": name}, "data": data}
	}
	in := served(t, ca, false)
	in.Kinds = []string{"ConfigMap", "Secret"}
	in.Objects = append(in.Objects,
		configMap("backend-ca", map[string]any{"ca.crt": string(ca.Root()), "other": "theirs"}),
		configMap("istio", map[string]any{"mesh": "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}),
		configMap("istio-ca-root-cert", map[string]any{"ca.crt": string(ca.Root())}),
		configMap("app", map[string]any{"password": "theirs"}))
	recorded, out := replay(t, in)
	for _, word := range []string{"BEGIN", "theirs", "istio-ca-root-cert"} {
		if strings.Contains(recorded, word) {
			t.Errorf("recorded %s", word)
		}
	}
	index := snapshot.IndexOf(out.Objects)
	if n := len(index.All("", "ConfigMap")); n != 2 || !out.Looked("", "ConfigMap") {
		t.Errorf("%d ConfigMaps, looked at: %v", n, out.Kinds)
	}
	if got := index.Get("", "ConfigMap", "a", "istio").Str("data", "mesh"); !strings.Contains(got, "REGISTRY_ONLY") {
		t.Errorf("the mesh's settings: %q", got)
	}
	old, _ := snapshot.Certificates(ca.Root())
	again, err := snapshot.Certificates([]byte(index.Get("", "ConfigMap", "a", "backend-ca").Str("data", "ca.crt")))
	if err != nil || len(again) != 1 || again[0].Equal(old[0]) || again[0].Subject.CommonName != old[0].Subject.CommonName {
		t.Errorf("the CA: %v, %v", again, err)
	}
}

// What is read back answers every question about certificates as the
// original did, and is none of it.
func TestReissue(t *testing.T) {
	t.Parallel()
	in := served(t, newCA(t), false)
	_, out := replay(t, in)
	old, _ := snapshot.SealedOf(in.Objects[0])
	sealed, ok := snapshot.SealedOf(out.Objects[0])
	if !ok || !sealed.KeyFits() || sealed.CertificateKey == old.CertificateKey || sealed.Certificate == old.Certificate {
		t.Fatalf("sealed %+v", sealed)
	}
	if sealed.CA != out.Trust["public"] || sealed.Certificate != out.Peers["main"][0].PEM+out.Peers["main"][1].PEM {
		t.Error("the same certificate differs from place to place")
	}
	if !strings.Contains(string(out.Proxies[0].Dump), base64.StdEncoding.EncodeToString([]byte(sealed.Certificate))) {
		t.Errorf("the dump lacks the chain: %s", out.Proxies[0].Dump)
	}
	list, err := snapshot.Certificates([]byte(sealed.Certificate))
	if err != nil {
		t.Fatal(err)
	}
	if got := snapshot.Fingerprint(list[0].PublicKey); got != sealed.CertificateKey {
		t.Errorf("fingerprint %s, the leaf's is %s", sealed.CertificateKey, got)
	}
	for i, want := range in.Peers["main"] {
		got := snapshot.Peer(list[i])
		got.PEM, want.PEM = "", ""
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("certificate %d (-recorded +reissued):\n%s", i, d)
		}
	}
	if err := verify(list, out.Trust["public"]); err != nil {
		t.Error(err)
	}
	if verify(list[:1], out.Trust["public"]) == nil {
		t.Error("the leaf is trusted without its issuer")
	}
}

// Keys that do not fit and issuers that are not trusted stay so.
func TestReissueFaults(t *testing.T) {
	t.Parallel()
	in := served(t, newCA(t), true)
	in.Trust["public"] = string(newCA(t).Root()) // of the same name, with another key
	_, out := replay(t, in)
	sealed, _ := snapshot.SealedOf(out.Objects[0])
	if sealed.KeyFits() || sealed.CertificateKey == "" || sealed.PrivateKey == "" {
		t.Errorf("sealed %+v", sealed)
	}
	list, err := snapshot.Certificates([]byte(sealed.Certificate))
	if err != nil {
		t.Fatal(err)
	}
	if verify(list, out.Trust["public"]) == nil {
		t.Error("trusted, although another CA issued it")
	}
	if err := verify(list, sealed.CA); err != nil {
		t.Errorf("its own CA: %v", err)
	}
}

func verify(chain []*x509.Certificate, trust string) error {
	opts := x509.VerifyOptions{DNSName: "b.example.com", CurrentTime: noon, Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
	opts.Roots.AppendCertsFromPEM([]byte(trust))
	for _, c := range chain[1:] {
		opts.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(opts)
	return err
}

func TestRecordErrors(t *testing.T) {
	t.Parallel()
	key := string(issued(t, newCA(t), "a.example.com").Key)
	for want, s := range map[string]snapshot.Snapshot{
		"PRIVATE KEY":        {Objects: []snapshot.Object{{"spec": key}}},
		"is still in it":     {Objects: []snapshot.Object{{"spec": base64.StdEncoding.EncodeToString([]byte(strings.Replace(key, "-----BEGIN", "", 1)))}}},
		"read certificate 1": {Trust: map[string]string{"public": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}))}},
		"dump of shop/gw":    {Proxies: []snapshot.Proxy{{Namespace: "shop", Pod: "gw", Dump: []byte("<html>")}}},
	} {
		if err := Write(io.Discard, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	for want, text := range map[string]string{
		`no "snapshot"`:                        `{"objects":[]}`,
		"nothing describes {certificate 0123}": `{"snapshot":{"trust":{"public":"{certificate 0123}"}}}`,
		`serial "x" is not in hex`:             `{"certificates":[{"serial":"x"}],"snapshot":{}}`,
		"unexpected EOF":                       `{`,
	} {
		var buf bytes.Buffer
		z := gzip.NewWriter(&buf)
		fmt.Fprint(z, text)
		z.Close()
		if _, err := Read(&buf); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
