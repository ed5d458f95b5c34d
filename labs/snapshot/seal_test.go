package snapshot

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/certs"
)

func issued(t *testing.T) certs.Issued {
	t.Helper()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	ca, err := certs.NewCA("public", now)
	if err != nil {
		t.Fatal(err)
	}
	i, err := ca.Issue(certs.Request{Names: []string{"a.example.com"}, From: now, To: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func secretOf(data map[string][]byte) Object {
	enc := map[string]any{}
	for k, v := range data {
		enc[k] = base64.StdEncoding.EncodeToString(v)
	}
	return Object{"apiVersion": "v1", "kind": "Secret", "data": enc, "metadata": map[string]any{
		"name": "s", "annotations": map[string]any{
			"kubectl.kubernetes.io/last-applied-configuration": `{"data":{"tls.key":"c2VjcmV0"}}`, "kept": "yes",
		},
	}}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	pair := issued(t)
	tests := []struct {
		name string
		data map[string][]byte
		want func(Sealed) bool
	}{
		{"a good pair", map[string][]byte{"tls.crt": pair.Leaf, "tls.key": pair.Key}, func(s Sealed) bool { return s.KeyFits() && s.CertificateError == "" }},
		{"another key", map[string][]byte{"tls.crt": pair.Leaf, "tls.key": pair.OtherKey}, func(s Sealed) bool { return !s.KeyFits() && s.PrivateKey != "" }},
		{"generic names come first", map[string][]byte{"cert": pair.Leaf, "key": pair.Key, "tls.crt": pair.Leaf, "tls.key": pair.OtherKey}, Sealed.KeyFits},
		{"no PEM", map[string][]byte{"tls.crt": []byte("x"), "tls.key": []byte("y")}, func(s Sealed) bool { return s.CertificateError != "" && s.PrivateKeyError != "" }},
		{"names that Istio does not know", map[string][]byte{"certificate.pem": pair.Leaf, "private.pem": pair.Key}, func(s Sealed) bool {
			return s.CertificateKey == "" && slices.Equal(s.Keys, []string{"certificate.pem", "private.pem"})
		}},
		{"a CA", map[string][]byte{"ca.crt": pair.Leaf}, func(s Sealed) bool { return s.CA == string(pair.Leaf) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := secretOf(tt.data)
			before, _ := json.Marshal(in)
			sealed := Seal(in)
			s, ok := SealedOf(sealed)
			if !ok || !tt.want(s) {
				t.Errorf("sealed %+v", s)
			}
			if after, _ := json.Marshal(in); !bytes.Equal(before, after) {
				t.Error("Seal changed its argument")
			}
			text, err := json.Marshal(sealed)
			if err != nil {
				t.Fatal(err)
			}
			for name, v := range tt.data {
				if strings.Contains(name, "key") || strings.Contains(name, "private") {
					if bytes.Contains(text, []byte(base64.StdEncoding.EncodeToString(v))) {
						t.Errorf("%s is still in it", name)
					}
				}
			}
			if bytes.Contains(text, []byte("c2VjcmV0")) || !bytes.Contains(text, []byte(`"kept":"yes"`)) {
				t.Errorf("annotations: %s", text)
			}
		})
	}
}

func TestSealLeavesOthers(t *testing.T) {
	t.Parallel()
	o := Object{"kind": "ConfigMap", "data": map[string]any{"zone": "x"}}
	if got := Seal(o); got["data"].(map[string]any)["zone"] != "x" {
		t.Errorf("a ConfigMap became %v", got)
	}
}
