package kubecontext

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// stranger is somebody's cluster with an Istio in it, and their kubeconfig.
type stranger struct {
	*testing.T
	*clustertest.Server
	file string

	mu  sync.Mutex
	now time.Time
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	api, err := clustertest.NewStranger()
	if err != nil {
		t.Fatal(err)
	}
	s := &stranger{T: t, Server: clustertest.Serve(t, api), now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
	s.file = filepath.Join(t.TempDir(), "config")
	s.config(nil)
	return s
}

func (s *stranger) create(o map[string]any) {
	s.Helper()
	if err := s.Make(s.Context(), o); err != nil {
		s.Fatal(err)
	}
}

// config writes the person's kubeconfig.
func (s *stranger) config(change func(*clientcmdapi.Config)) {
	s.Helper()
	c := clientcmdapi.NewConfig()
	c.Clusters["home"] = &clientcmdapi.Cluster{Server: s.URL}
	c.AuthInfos["jo"] = &clientcmdapi.AuthInfo{Token: "secret"}
	c.AuthInfos["other"] = &clientcmdapi.AuthInfo{Token: "of another cluster"}
	c.Contexts["dev/eu"] = &clientcmdapi.Context{Cluster: "home", AuthInfo: "jo", Namespace: "theirs"}
	c.Contexts["other"] = &clientcmdapi.Context{Cluster: "home", AuthInfo: "other"}
	c.CurrentContext = "other"
	if change != nil {
		change(c)
	}
	if err := clientcmd.WriteToFile(*c, s.file); err != nil {
		s.Fatal(err)
	}
}

func (s *stranger) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stranger) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// backend is the context as a data directory of its own sees it.
func (s *stranger) backend(home string, change func(*Options)) *Backend {
	s.Helper()
	t, err := Find([]string{s.file}, "dev/eu")
	if err != nil {
		s.Fatal(err)
	}
	o := Options{
		Home: home, Environ: os.Environ(), User: "jo@" + filepath.Base(home), Now: s.clock,
		Settings: Settings{Context: "dev/eu", Kubeconfig: []string{s.file}, Identity: t.Identity},
		Labs:     func() labs.Footprint { return labs.Footprint{Namespaces: []string{"drill-internet", "drill-shop"}} },
	}
	if change != nil {
		change(&o)
	}
	b := New(o)
	s.Cleanup(b.Close)
	return b
}

func (s *stranger) up(b *Backend) *cluster.Handle {
	s.Helper()
	h, err := b.Up(s.Context(), nil)
	if err != nil {
		s.Fatal(err)
	}
	return h
}

// objects lists all there is, by kind and name.
func (s *stranger) objects() []string {
	s.Helper()
	var out []string
	for _, k := range s.Kinds {
		list, err := s.Resource(k.GroupVersionResource).List(context.Background(), metav1.ListOptions{})
		if err != nil {
			s.Fatal(err)
		}
		for _, o := range list.Items {
			out = append(out, k.Kind+" "+o.GetNamespace()+"/"+o.GetName())
		}
	}
	slices.Sort(out)
	return out
}

func (s *stranger) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func TestUpLabDown(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	was, config := s.objects(), readFile(t, s.file)
	home := t.TempDir()
	b := s.backend(home, func(o *Options) { o.Settings.MeshAdmin, o.Settings.Image = true, "registry/app:2" })
	if st := b.State(t.Context()); st.State != cluster.Off {
		t.Errorf("before: %+v", st)
	}
	if _, err := b.Attach(t.Context()); !errors.Is(err, cluster.ErrNotRunning) {
		t.Errorf("attach before: %v", err)
	}
	h := s.up(b)
	if !h.Has(labs.CapabilitySidecar) || !h.Has(labs.CapabilityMeshAdmin) || !slices.Equal(h.Scope, []string{"drill-internet", "drill-shop", istioSystem}) || h.Images["gatedrill/app:1"] != "registry/app:2" {
		t.Errorf("handle %+v", h)
	}
	if st := b.State(t.Context()); st.State != cluster.Ready || !strings.Contains(st.Detail, s.URL) || st.Kubeconfig != h.Kubeconfig {
		t.Errorf("state %+v", st)
	}
	if again, err := b.Attach(t.Context()); err != nil || again != h {
		t.Errorf("attached %v to another handle", err)
	}
	if fi, err := os.Stat(h.Kubeconfig); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("our kubeconfig: %v %v", fi, err)
	}
	if ours := readFile(t, h.Kubeconfig); strings.Contains(ours, "another cluster") || !strings.Contains(ours, "namespace: drill-internet") {
		t.Errorf("our kubeconfig:\n%s", ours)
	}
	// A lab, with what a learner leaves lying about.
	e, err := fault.Open(h.REST, s.clock, h.Scope)
	s.must(err)
	object := func(kind, ns, name string) labs.Manifest {
		meta := map[string]any{"name": name}
		if ns != "" {
			meta["namespace"] = ns
		}
		return labs.Manifest{Object: map[string]any{"apiVersion": "v1", "kind": kind, "metadata": meta}}
	}
	s.must(e.World(t.Context(), labs.World{Change: labs.Change{Objects: []labs.Manifest{object("Namespace", "", "drill-shop"), object("Namespace", "", "drill-internet")}}}, func(string) {}))
	s.must(e.Base(t.Context(), &labs.Lab{ID: "x", Base: labs.Change{Objects: []labs.Manifest{
		object("Secret", istioSystem, "cert"), object("Secret", istioSystem, "precious"), object("ConfigMap", "drill-shop", "a")}}}, "1", func(string) {}))
	s.must(b.Down(t.Context()))
	if got := s.objects(); !slices.Equal(got, was) {
		t.Errorf("after: %q\nbefore: %q", got, was)
	}
	if o, err := s.Resource(core("secrets")).Namespace(istioSystem).Get(t.Context(), "precious", metav1.GetOptions{}); err != nil || isOurs(o) {
		t.Errorf("their Secret was not put back: %v %v", o, err)
	}
	if readFile(t, s.file) != config {
		t.Error("the person's kubeconfig was written")
	}
	if _, err := os.Stat(h.Kubeconfig); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a credential lies about: %v", err)
	}
	s.must(b.Down(t.Context()))
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDownTellsWhatDiffers(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	b := s.backend(t.TempDir(), nil)
	s.up(b)
	s.create(map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "new", "namespace": "theirs"}})
	s.must(s.Resource(core("secrets")).Namespace(istioSystem).Delete(t.Context(), "precious", metav1.DeleteOptions{}))
	var d *Differs
	err := b.Down(t.Context())
	if !errors.As(err, &d) || !slices.Equal(d.Changes, []string{"new: services./theirs/new", "gone: secrets./istio-system/precious"}) {
		t.Errorf("got %v", err)
	}
	if !slices.Contains(s.objects(), "Service theirs/new") {
		t.Error("it was touched")
	}
}

// A name without our prefix is theirs to use, and the label alone makes no
// namespace ours.
func TestTheirNamespacesDoNotCollide(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	for name, marks := range map[string]any{"shop": map[string]any{}, "copied": map[string]any{fault.Label: "world"}} {
		s.create(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name, "labels": marks}})
	}
	was := s.objects()
	b := s.backend(t.TempDir(), nil)
	if p := b.Preflight(t.Context()); !p.Passed() {
		t.Errorf("refused: %+v", p)
	}
	s.up(b)
	s.must(b.Down(t.Context()))
	if got := s.objects(); !slices.Equal(got, was) {
		t.Errorf("after it: %q, want %q", got, was)
	}
}

func TestForeignNamespaceIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"drill-shop", fault.Namespace} {
		s := newStranger(t)
		s.create(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}})
		was := s.objects()
		b := s.backend(t.TempDir(), nil)
		if _, err := b.Up(t.Context(), nil); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if p := b.Preflight(t.Context()); p.Passed() || finding(p, "namespaces").State != cluster.Missing {
			t.Errorf("%s: %+v", name, p)
		}
		s.must(b.Down(t.Context()))
		if got := s.objects(); !slices.Equal(got, was) {
			t.Errorf("%s: %q, want %q", name, got, was)
		}
	}
}

func TestTwoLearners(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	base := t.TempDir()
	ann, bob := s.backend(filepath.Join(base, "ann"), nil), s.backend(filepath.Join(base, "bob"), nil)
	s.up(ann)
	_, err := bob.Up(t.Context(), nil)
	if !errors.Is(err, cluster.ErrTaken) || !strings.Contains(err.Error(), "jo@ann uses it since 2026-11-01 09:00 UTC") {
		t.Errorf("bob: %v", err)
	}
	if st := bob.State(t.Context()); st.State != cluster.Off {
		t.Errorf("bob left something: %+v", st)
	}
	// A process of ann's that comes later still finds it hers.
	s.later(leaseLasts + time.Minute)
	s.up(s.backend(filepath.Join(base, "ann"), nil))
	s.later(leaseLasts + time.Minute)
	said := ""
	_, err = bob.Up(t.Context(), func(p cluster.Progress) { said += p.Waiting + "\n" })
	s.must(err)
	if want := "taken over from jo@ann, who used it since 2026-11-01 09:00 UTC"; !strings.Contains(said, want) || !strings.Contains(bob.State(t.Context()).Detail, want) {
		t.Errorf("said %q, state %+v", said, bob.State(t.Context()))
	}
	l, err := ann.lease(ann.client)
	s.must(err)
	ann.renew(t.Context(), l) // as every two minutes
	if _, err := ann.Attach(t.Context()); !errors.Is(err, cluster.ErrTaken) {
		t.Errorf("ann goes on: %v", err)
	}
	if err := ann.Down(t.Context()); !errors.Is(err, cluster.ErrTaken) {
		t.Errorf("ann takes down what is bob's: %v", err)
	}
	if st := ann.State(t.Context()); st.State != cluster.Failed || !strings.Contains(st.Detail, "jo@bob") {
		t.Errorf("ann: %+v", st)
	}
	s.must(bob.Down(t.Context()))
}

func TestImageThatCannotBePulledIsNamed(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	was := s.objects()
	b := s.backend(t.TempDir(), func(o *Options) { o.Settings.Image = clustertest.Unpullable })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := b.Up(ctx, nil)
	if err == nil || !strings.Contains(err.Error(), "ImagePullBackOff: Back-off pulling image") {
		t.Errorf("got %v", err)
	}
	if got := s.objects(); !slices.Equal(got, was) {
		t.Errorf("left behind: %q", got)
	}
}

func TestContextThatLeadsElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	s, other := newStranger(t), newStranger(t)
	b := s.backend(t.TempDir(), nil)
	s.up(b)
	s.config(func(c *clientcmdapi.Config) { c.Clusters["home"].Server = other.URL })
	for what, err := range map[string]error{"up": second(b.Up(t.Context(), nil)), "attach": second(b.Attach(t.Context())), "down": b.Down(t.Context())} {
		if !errors.Is(err, ErrOther) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// While the person's own file is away, the copy serves.
	s.must(os.Remove(s.file))
	if _, err := b.Attach(t.Context()); err != nil {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	const within = 500 * time.Millisecond
	b := s.backend(t.TempDir(), func(o *Options) { o.within = within })
	s.up(b)
	for _, tt := range []struct {
		name   string
		answer func(w http.ResponseWriter, r *http.Request) bool
		want   string
	}{
		{"expired", func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusUnauthorized); return true }, "it may have expired"},
		{"broken", func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "etcd is away")
			return true
		}, "etcd is away"},
		{"silent", func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }, "does not answer within 500ms"},
	} {
		s.Before(tt.answer)
		began := time.Now()
		st := b.State(t.Context())
		_, err := b.Attach(t.Context())
		p := b.Preflight(t.Context())
		if took := time.Since(began); took > 10*within {
			t.Errorf("%s: it took %s", tt.name, took)
		}
		if st.State != cluster.Failed || !strings.Contains(st.Detail, tt.want) || st.Next == "" {
			t.Errorf("%s: %+v", tt.name, st)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: attach: %v", tt.name, err)
		}
		if f := finding(p, "API server"); p.Passed() || !strings.Contains(f.Saw, tt.want) || f.Next == "" {
			t.Errorf("%s: preflight %+v", tt.name, p.Findings)
		}
	}
	s.Before(nil)
	if st := b.State(t.Context()); st.State != cluster.Ready {
		t.Errorf("it does not come back: %+v", st)
	}
}

func finding(p Preflight, what string) cluster.Finding {
	for _, f := range p.Findings {
		if f.What == what {
			return f
		}
	}
	return cluster.Finding{}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	s.config(func(c *clientcmdapi.Config) { c.Clusters["home"].Server = "http://127.0.0.1:1" })
	b := s.backend(t.TempDir(), nil)
	s.must(write(b.recordFile(), record{Up: true}))
	if _, err := b.Attach(t.Context()); !errors.Is(err, cluster.ErrNotRunning) || !strings.Contains(err.Error(), "nothing listens at API server http://127.0.0.1:1") {
		t.Errorf("got %v", err)
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	b := s.backend(t.TempDir(), func(o *Options) { o.Settings.MeshAdmin = true })
	was := s.objects()
	p := b.Preflight(t.Context())
	if !p.Passed() {
		t.Errorf("%+v", p)
	}
	for what, want := range map[string]string{"API server": "v1.36.1", "Istio": "1.31.0", "ingress gateway": "192.0.2.1", "sidecar injector": "istio-sidecar-injector", "rights": istioSystem} {
		if f := finding(p, what); f.State != cluster.OK || !strings.Contains(f.Saw, want) {
			t.Errorf("%s: %+v", what, f)
		}
	}
	s.Deny(func(r clustertest.Review) bool {
		return r.Resource == "secrets" && r.Verb == "create" && (r.Namespace == "" || r.Namespace == istioSystem) || r.Subresource == "portforward" && r.Namespace != istioSystem
	})
	f := finding(b.Preflight(t.Context()), "rights")
	if want := "pods/portforward (create) in drill-internet, drill-shop, drill-system; secrets (create) in istio-system"; f.State != cluster.Missing || !strings.Contains(f.Saw, want) || f.Next == "" {
		t.Errorf("got %+v\nwant %s", f, want)
	}
	for _, gone := range []schema.GroupVersionResource{core("services"), {Group: "apps", Version: "v1", Resource: "deployments"}} {
		name := map[string]string{"services": ingressService, "deployments": istiod}[gone.Resource]
		s.must(s.Resource(gone).Namespace(istioSystem).Delete(t.Context(), name, metav1.DeleteOptions{}))
	}
	p = b.Preflight(t.Context())
	if finding(p, "Istio").State != cluster.Missing || finding(p, "ingress gateway").State != cluster.Missing {
		t.Errorf("%+v", p)
	}
	s.Kinds = slices.DeleteFunc(s.Kinds, func(k fault.Kind) bool { return k.Group == gatewayAPI })
	if f := finding(b.Preflight(t.Context()), "the Gateway API"); f.State != cluster.Missing || f.Next == "" {
		t.Errorf("%+v", f)
	}
	if got := s.objects(); len(got) >= len(was) {
		t.Errorf("a preflight made something: %q", got)
	}
}
