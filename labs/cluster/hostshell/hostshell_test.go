package hostshell

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/fake"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

const zoneText = "shop.example.com. 60 IN A 192.0.2.1\nwww.example.com. 60 IN CNAME shop.example.com.\nother.example.com. IN A 192.0.2.2\n*.wild.example.com. IN A 192.0.2.1\n"

func newShell(t *testing.T) *Shell {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the shell is bash")
	}
	zone := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"namespace": snapshot.ZoneNamespace, "name": "public-dns"},
		"data": map[string]any{"zone": zoneText},
	}}
	c := fake.NewSimpleDynamicClientWithCustomListKinds(kruntime.NewScheme(),
		map[schema.GroupVersionResource]string{{Version: "v1", Resource: "configmaps"}: "ConfigMapList"}, zone)
	return &Shell{
		Name: "kind", Self: []string{"/opt/it's here/gatedrill"}, Kubeconfig: "/k/config", Client: c, Dir: t.TempDir(),
		Environ: []string{"PATH=" + os.Getenv("PATH"), "KUBECONFIG=/home/jo/.kube/config", "https_proxy=http://proxy:3128", "HOME=" + t.TempDir()},
	}
}

func run(t *testing.T, s *Shell, spec cluster.Shell) string {
	t.Helper()
	cmd, err := s.Command(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", spec.Command, err, out)
	}
	return string(out)
}

func TestShellKnowsTheClusterAndTheLab(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	dir := t.TempDir()
	got := run(t, s, cluster.Shell{Dir: dir, Env: map[string]string{"GATEWAY_IP": "192.0.2.1", "GATEDRILL_LAB": "shop"},
		Command: []string{"sh", "-c", "echo $KUBECONFIG $GATEWAY_IP $no_proxy $PWD; cat $CURL_HOME/.curlrc"}})
	for _, want := range []string{
		"/k/config 192.0.2.1 * " + dir,
		`resolve = "shop.example.com:443:192.0.2.1"`, `resolve = "www.example.com:80:192.0.2.1"`, `resolve = "other.example.com:443:192.0.2.2"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "wild") || strings.Contains(got, "connect-to") {
		t.Errorf("too much in\n%s", got)
	}
	shim, err := os.ReadFile(filepath.Join(s.Dir, "shell", "lab-shop", "bin", "getent"))
	if err != nil || !strings.Contains(string(shim), `exec '/opt/it'\''s here/gatedrill' names getent "$@"`) {
		t.Errorf("getent is %q, %v", shim, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left where the person works: %v, %v", left, err)
	}
}

func TestCurlFollowsTheZone(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	dir := t.TempDir()
	run(t, s, cluster.Shell{Dir: dir, Command: []string{"true"}})
	if err := s.Names(t.Context(), map[string][]string{"shop.example.com": {"192.0.2.9"}}); err != nil {
		t.Fatal(err)
	}
	rc, err := os.ReadFile(filepath.Join(s.Dir, "shell", "cluster", ".curlrc"))
	if err != nil || !strings.Contains(string(rc), "shop.example.com:443:192.0.2.9") || strings.Contains(string(rc), "192.0.2.2") {
		t.Errorf("%v\n%s", err, rc)
	}
}

// Shells of one lab share their settings: made side by side each is whole.
func TestShellsAreMadeSideBySide(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	spec := cluster.Shell{Dir: t.TempDir(), Env: map[string]string{"GATEDRILL_LAB": "shop"}, Command: []string{"true"}}
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			if _, err := s.Command(t.Context(), spec); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	list, err := filepath.Glob(filepath.Join(s.Dir, "shell", "lab-shop", ".curlrc*"))
	if err != nil || len(list) != 1 {
		t.Errorf("left: %v, %v", list, err)
	}
}

func TestGetent(t *testing.T) {
	t.Parallel()
	zone := map[string][]string{"shop.example.com": {"192.0.2.1"}, "www.example.com": {"shop.example.com"}}
	ours := t.TempDir() // stands first on PATH
	for _, tt := range []struct {
		args []string
		want string
		code bool // found
	}{
		{[]string{"hosts", "shop.example.com"}, "192.0.2.1       shop.example.com\n", true},
		{[]string{"hosts", "WWW.example.com."}, "192.0.2.1       WWW.example.com\n", true},
		{[]string{"hosts", "nobody.example.invalid"}, "", false},
		{[]string{"hosts"}, "", false},
	} {
		var out, errs bytes.Buffer
		err := Getent(t.Context(), zone, tt.args, ours+string(os.PathListSeparator)+"/nowhere", &out, &errs)
		if out.String() != tt.want || (err == nil) != tt.code {
			t.Errorf("%v: %q, %v", tt.args, out.String(), err)
		}
	}
}

func TestToolsAreLookedAt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("uses shell scripts as stand-ins")
	}
	dir := t.TempDir()
	for name, says := range map[string]string{
		"kubectl": "Client Version: v1.29.3", "istioctl": "client version: 1.31.0", "curl": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho '"+says+"'\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err := Missing(t.Context(), dir)
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for want, said := range map[string]bool{
		"kubectl is version v1.29.3, and the cluster's is 1.36": true,
		"openssl is not on PATH; get it: ":                      true,
		"istioctl":                                              false,
		"curl":                                                  false,
	} {
		if strings.Contains(err.Error(), want) != said {
			t.Errorf("%q said is not %v in %v", want, said, err)
		}
	}
	if n := notes(t.Context(), dir); !strings.Contains(n, `echo 'openssl is not on PATH`) {
		t.Errorf("notes %q", n)
	}
}

func TestProgramsAreFoundByTheSystemsRules(t *testing.T) {
	t.Parallel()
	one, two := t.TempDir(), t.TempDir()
	name := "kubectl"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.Mkdir(filepath.Join(one, name), 0o755); err != nil { // a directory is no program
		t.Fatal(err)
	}
	want := filepath.Join(two, name)
	if err := os.WriteFile(want, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, ok := lookIn(strings.Join([]string{"", one, two}, string(os.PathListSeparator)), "kubectl"); !ok || got != want {
		t.Errorf("found %q, want %q", got, want)
	}
	if got, ok := lookIn(one, "kubectl"); ok {
		t.Errorf("found %q", got)
	}
}

// What is not alike on Windows: names of variables, how bash writes a PATH,
// and where bash comes from.
func TestWindows(t *testing.T) {
	t.Parallel()
	if !sameName("windows", "Path", "PATH") || sameName("linux", "Path", "PATH") {
		t.Error("names of variables are not compared as the system does")
	}
	if got := bashPath("windows", `C:\it's here;D:\bin`); got != `"$(cygpath -u -p 'C:\it'\''s here;D:\bin')"` {
		t.Errorf("PATH is %s", got)
	}
	for goos, want := range map[string]string{"windows": "WSL", "linux": "install bash"} {
		if got := getBash(goos); !strings.Contains(got, want) {
			t.Errorf("%s: %q", goos, got)
		}
	}
}

func TestAMissingBashIsSaid(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.Environ = []string{"PATH=" + t.TempDir()}
	if _, err := s.Command(t.Context(), cluster.Shell{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "bash is not on PATH (install bash)") {
		t.Errorf("got %v", err)
	}
}
