package kubecontext

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// script makes a credential plugin.
func script(t *testing.T, text string) *plugin {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("uses shell scripts as stand-ins")
	}
	file := filepath.Join(t.TempDir(), "login")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return &plugin{
		spec:    &clientcmdapi.ExecConfig{Command: file, APIVersion: "client.authentication.k8s.io/v1", ProvideClusterInfo: true},
		cluster: &clientcmdapi.Cluster{Server: "https://k.example.com"}, environ: os.Environ(), within: 300 * time.Millisecond, now: time.Now,
	}
}

func TestPluginIsNamed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"hangs", "sleep 60\n", "no answer within 300ms"},
		{"hangs in a child", "sleep 60 &\nwait\n", "no answer within 300ms"},
		{"expired", "echo 'your session has expired,' >&2; echo 'run: acme login' >&2; exit 1\n", "your session has expired, run: acme login"},
		{"says nothing", "true\n", "read its answer"},
		{"gives nothing", "echo '{}'\n", "neither a token nor a certificate"},
	} {
		p := script(t, tt.text)
		if !strings.HasPrefix(tt.name, "hangs") {
			p.within = 10 * time.Second
		}
		began := time.Now()
		err := p.use(t.Context(), &rest.Config{})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), p.spec.Command) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %s", tt.name, took)
		}
	}
	p := &plugin{spec: &clientcmdapi.ExecConfig{Command: "nosuch-login", InstallHint: "get it from acme"}, within: time.Second, now: time.Now}
	if err := p.use(t.Context(), &rest.Config{}); err == nil || !strings.Contains(err.Error(), "get it from acme") {
		t.Errorf("missing: %v", err)
	}
}

// A token that ran out, or that the server does not take, is asked for anew.
func TestPluginTokens(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	seen := make(chan string, 16)
	s.Before(func(w http.ResponseWriter, r *http.Request) bool {
		seen <- r.Header.Get("Authorization")
		if r.Header.Get("Authorization") == "Bearer 2" {
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	})
	count := filepath.Join(t.TempDir(), "count")
	p := script(t, `echo "$KUBERNETES_EXEC_INFO" | grep -q '"server":"https://k.example.com"' || exit 1
echo x >>`+count+`; n=$(wc -l <`+count+`)
echo '{"status":{"token":"'$n'","expirationTimestamp":"2026-11-01T10:00:00Z"}}'
`)
	p.within, p.now = 10*time.Second, s.clock
	cfg := &rest.Config{Host: s.URL}
	s.must(p.use(t.Context(), cfg))
	h, err := rest.HTTPClientFor(cfg)
	s.must(err)
	ask := func() (code int, token string) {
		resp, err := h.Get(s.URL + "/version")
		s.must(err)
		resp.Body.Close()
		return resp.StatusCode, <-seen
	}
	for _, want := range []struct {
		token string
		code  int
	}{{"Bearer 1", 200}, {"Bearer 1", 200}, {"Bearer 2", 401}, {"Bearer 3", 200}} {
		if want.token == "Bearer 2" {
			s.later(2 * time.Hour) // the first one has run out
		}
		if code, token := ask(); code != want.code || token != want.token {
			t.Errorf("got %d for %q, want %+v", code, token, want)
		}
	}
}
