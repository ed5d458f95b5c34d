package record

import (
	"encoding/base64"
	"fmt"
	"io/fs"
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

// No file of the tests holds a certificate or a key: tests issue what they
// need when they run.
func TestTestdataHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(filepath.ToSlash(path), "/testdata/") {
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
