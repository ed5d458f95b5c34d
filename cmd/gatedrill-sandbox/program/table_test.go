package program

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"istio/proxyv2":                          "istio/proxyv2",
		"docker.io/istio/proxyv2:1.31.0":         "istio/proxyv2",
		"localhost:5000/istio/pilot":             "istio/pilot",
		"gatedrill/app@sha256:00":                "gatedrill/app",
		"registry.example/a/b/c:v1":              "b/c",
		"nginx:1.27":                             "nginx",
		"localhost:5000/gatedrill/app:v1@sha:00": "gatedrill/app",
	} {
		if got := Name(ref); got != want {
			t.Errorf("Name(%q) = %q, want %q", ref, got, want)
		}
	}
}

// table has a file for each built-in program and the given rows of the user.
func table(t *testing.T, rows string) Table {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"gatedrill-istio", "gatedrill-app", "envoy", "envoy_bootstrap_tmpl.json", "echo"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tab := Table{Dir: dir, Own: filepath.Join(dir, "programs.json")}
	if rows != "" {
		rows = strings.ReplaceAll(rows, "DIR", dir)
		if err := os.WriteFile(tab.Own, []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tab
}

func TestFind(t *testing.T) {
	t.Parallel()
	tab := table(t, `{"shop/echo:v1":{"path":"DIR/echo","args":["-v"]},"nginx":{"path":"DIR/echo"},"gone":{"path":"DIR/none"},"empty":{}}`)
	for _, c := range []struct {
		ref   string
		entry []string
		role  Role
		err   string
	}{
		{ref: "docker.io/istio/proxyv2:1.31.0", entry: []string{"/usr/local/bin/pilot-agent"}, role: Proxy},
		{ref: "istio/pilot:x", entry: []string{"/usr/local/bin/pilot-discovery"}, role: Pilot},
		{ref: "gatedrill/app:any", entry: []string{"/usr/local/bin/gatedrill-app"}},
		{ref: "shop/echo:v1", entry: []string{"/usr/local/bin/echo", "-v"}},
		{ref: "nginx:1.27", entry: []string{"/usr/local/bin/echo"}},
		{ref: "shop/echo:v2", err: "gatedrill sandbox program add shop/echo:v2=PATH"},
		{ref: "redis", err: "gatedrill sandbox program add redis=PATH"},
		{ref: "gone", err: "no such file"},
		{ref: "empty", err: "has no path"},
	} {
		p, err := tab.Find(c.ref)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("Find(%q): error %v, want one with %q", c.ref, err, c.err)
			}
			continue
		}
		if err != nil || !slices.Equal(p.Entry, c.entry) || p.Role != c.role {
			t.Errorf("Find(%q) = %v role %d, %v; want %v role %d", c.ref, p.Entry, p.Role, err, c.entry, c.role)
		}
	}
	if _, err := tab.Find("redis"); !errors.Is(err, ErrUnknown) {
		t.Errorf("an image without a program: %v, want ErrUnknown", err)
	}
}

func TestFindReadsTheFileAnew(t *testing.T) {
	t.Parallel()
	tab := table(t, "")
	if _, err := tab.Find("nginx"); !errors.Is(err, ErrUnknown) {
		t.Fatalf("before it is added: %v", err)
	}
	row := `{"nginx":{"path":"` + filepath.Join(tab.Dir, "echo") + `"}}`
	if err := os.WriteFile(tab.Own, []byte(row), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tab.Find("nginx"); err != nil {
		t.Errorf("after it was added: %v", err)
	}
	if err := os.WriteFile(tab.Own, []byte(`{"nginx":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tab.Find("nginx"); err == nil || !strings.Contains(err.Error(), tab.Own) {
		t.Errorf("with a broken file: %v, want its name", err)
	}
}
