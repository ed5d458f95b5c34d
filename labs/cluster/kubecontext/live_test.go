package kubecontext_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/cluster/kind/kindtest"
	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
)

// A stranger's cluster does what every backend does: the tests' kind cluster,
// known by nothing but its kubeconfig. Its own backend stays attached, for it
// hands out the addresses of load balancers.
func TestKindAsAStranger(t *testing.T) {
	h := kindtest.Up(t)
	home, file := t.TempDir(), filepath.Join(t.TempDir(), "config")
	text, err := os.ReadFile(h.Kubeconfig)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	target, err := kubecontext.Find([]string{file}, config.CurrentContext)
	if err != nil {
		t.Fatal(err)
	}
	// What the suite itself makes is "drill-conform" and "drill-internet".
	own := labs.Footprint{Namespaces: []string{"drill-conform", "drill-internet"}}
	self, tools := sandboxtest.Program(t), sandboxtest.Tools(t)
	backend := func() *kubecontext.Backend {
		return kubecontext.New(kubecontext.Options{
			Home: home, Self: []string{self}, Environ: os.Environ(), User: "conform@test", Tools: tools, Now: time.Now,
			Labs:     func() labs.Footprint { return own },
			Settings: kubecontext.Settings{Context: target.Context, Kubeconfig: []string{file}, Identity: target.Identity, MeshAdmin: true},
		})
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		if err := backend().Down(ctx); err != nil {
			t.Error(err)
		}
	})
	p := backend().Preflight(t.Context())
	for _, f := range p.Findings {
		t.Logf("%-7s %-18s %s", f.State, f.What, f.Saw)
	}
	if !p.Passed() {
		t.Fatal("the preflight does not pass")
	}
	clustertest.Conform(t, clustertest.Suite{
		Backend:  func(testing.TB) cluster.Backend { return backend() },
		Has:      []labs.Capability{labs.CapabilitySidecar, labs.CapabilityNames, labs.CapabilityMeshAdmin},
		Patience: 3 * time.Minute,
		Stays:    true,
	})
	if now, err := os.ReadFile(file); err != nil || string(now) != string(text) {
		t.Errorf("the person's kubeconfig was written: %v", err)
	}
}
