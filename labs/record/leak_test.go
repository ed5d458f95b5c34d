package record

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLeak(t *testing.T) {
	t.Parallel()
	pair := issued(t, newCA(t), "a.example.com")
	for _, secret := range [][]byte{pair.Leaf, pair.Key} {
		if leak(secret) == "" {
			t.Errorf("not seen: %s", secret)
		}
		if leak([]byte(url.PathEscape(string(secret)))) == "" {
			t.Errorf("not seen as Envoy forwards it: %s", secret)
		}
		for shift := range 3 {
			text := base64.StdEncoding.EncodeToString(append([]byte("xyz")[:shift], secret...))
			if leak([]byte("before "+text+" after")) == "" {
				t.Errorf("not seen at offset %d: %s", shift, text)
			}
		}
	}
	if got := leak([]byte("a certificate and its private key, tls.key")); got != "" {
		t.Errorf("saw %q in plain words", got)
	}
}

func holdsRecordings(path string) bool {
	return strings.Contains(path, "/testdata/") || strings.Contains(path, "/accuracy/cases/")
}

// A server that tells what it saw has its client's certificate in its answer,
// whole or cut short: it is taken out, and what is around it stays.
func TestForwardedCertificateIsCut(t *testing.T) {
	t.Parallel()
	pem := url.PathEscape(string(issued(t, newCA(t), "a.example.com").Leaf))
	for _, part := range []string{pem, pem[:len(pem)/2]} {
		got, err := takeOut(`Cert="`+part+`";Subject=""`, map[string]*x509.Certificate{})
		if want := `Cert="{certificate cut}";Subject=""`; err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

// No file of the tests holds a certificate or a key: tests issue what they
// need when they run.
func TestTestdataHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !holdsRecordings(filepath.ToSlash(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".gz") {
			files++
			if text, err = gunzip(text); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
		if word := leak(text); word != "" {
			t.Errorf("%s holds %s", path, word)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d recordings, error %v", files, err)
	}
}
