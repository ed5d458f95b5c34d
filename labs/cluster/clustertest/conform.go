package clustertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Suite is what every backend has to do alike. Its parts build on one
// another, so they run in order, on one cluster.
type Suite struct {
	// Backend makes the backend anew, as another process would.
	Backend func(t testing.TB) cluster.Backend
	// Has lists the capabilities it must offer.
	Has []cluster.Capability
	// Kill ends the cluster as a crash would; nil where that is not ours to do.
	Kill func(t testing.TB)
	// Stays says that Down leaves a cluster behind that is not ours.
	Stays bool
	// Patience bounds one start.
	Patience time.Duration
}

// Conform runs the suite.
func Conform(t *testing.T, s Suite) {
	c := &conformance{Suite: s}
	first := s.Backend(t) // skips the whole where there can be no cluster
	if first.State(t.Context()).State == cluster.Off {
		c.note(&c.seen.before)
	}
	first.Close()
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"up", c.up}, {"attach", c.attach}, {"capabilities", c.capabilities}, {"dial", c.dial},
		{"probes take the Service's way", c.service}, {"shell", c.shell}, {"names", c.names},
		{"fault in and out", c.fault}, {"crash and resume", c.crash},
		{"down", c.down}, {"no listener on a host network", c.quiet},
	} {
		if !t.Run(part.name, part.run) {
			break // the parts behind it would only say so again
		}
	}
	if c.b != nil {
		c.b.Close()
	}
}

type conformance struct {
	Suite
	b      cluster.Backend
	h      *cluster.Handle
	client dynamic.Interface
	seen   looks
	blind  error // why listeners cannot be seen
}

// note looks at the listeners as they are now.
func (c *conformance) note(at *[]string) { *at, c.blind = Listeners() }

// start brings the cluster up and takes the handle.
func (c *conformance) start(t *testing.T) {
	t.Helper()
	if c.b != nil {
		c.b.Close()
	}
	c.b = c.Backend(t)
	ctx, cancel := context.WithTimeout(t.Context(), c.Patience)
	defer cancel()
	began, last := time.Now(), ""
	h, err := c.b.Up(ctx, func(p cluster.Progress) {
		if p.Phase != last {
			last = p.Phase
			t.Logf("%6.1f s  %s: %s", p.Elapsed.Seconds(), p.Phase, p.Waiting)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("up after %s", time.Since(began).Round(10*time.Millisecond))
	c.note(&c.seen.up)
	c.take(t, h)
}

func (c *conformance) take(t *testing.T, h *cluster.Handle) {
	t.Helper()
	client, err := dynamic.NewForConfig(h.REST)
	if err != nil {
		t.Fatal(err)
	}
	c.h, c.client = h, client
}

func (c *conformance) up(t *testing.T) {
	c.start(t)
	began := time.Now()
	if _, err := c.b.Up(t.Context(), nil); err != nil {
		t.Fatalf("up again: %v", err)
	}
	t.Logf("up again: %s", time.Since(began).Round(time.Millisecond))
	if s := c.b.State(t.Context()); s.State != cluster.Ready || s.Name != c.b.Name() || s.Kubeconfig != c.h.Kubeconfig {
		t.Errorf("state %+v", s)
	}
	if c.h.Name != c.b.Name() {
		t.Errorf("the handle is called %q, the backend %q", c.h.Name, c.b.Name())
	}
}

// attach: another process finds the same cluster, at once.
func (c *conformance) attach(t *testing.T) {
	other := c.Backend(t)
	defer other.Close()
	began := time.Now()
	h, err := other.Attach(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("attached after %s", time.Since(began).Round(time.Millisecond))
	if h.Kubeconfig != c.h.Kubeconfig || h.REST.Host != c.h.REST.Host {
		t.Errorf("another cluster: %s %s", h.Kubeconfig, h.REST.Host)
	}
}

func (c *conformance) capabilities(t *testing.T) {
	for _, want := range c.Has {
		if !c.h.Has(want) {
			t.Errorf("it lacks %s", want)
		}
	}
	if c.h.Has("nonsense") {
		t.Error("it has anything")
	}
}

var serviceKind = schema.GroupVersionResource{Version: "v1", Resource: "services"}

// gateway is the ingress gateway's address, with a port.
func (c *conformance) gateway(t *testing.T, port string) string {
	t.Helper()
	address := ""
	within(t, time.Minute, "an address for istio-ingressgateway", func() error {
		o, err := c.client.Resource(serviceKind).Namespace("istio-system").Get(t.Context(), "istio-ingressgateway", metav1.GetOptions{})
		if err != nil {
			return err
		}
		list, _, _ := unstructured.NestedSlice(o.Object, "status", "loadBalancer", "ingress")
		if len(list) == 0 {
			return errors.New("none yet")
		}
		address, _ = list[0].(map[string]any)["ip"].(string)
		return nil
	})
	return net.JoinHostPort(address, port)
}

func (c *conformance) dial(t *testing.T) {
	ctx := t.Context()
	for what, addr := range map[string]string{
		"a name of the cluster": "istiod.istio-system.svc.cluster.local:15012",
		"the DNS Service":       "kube-dns.kube-system.svc.cluster.local:53",
	} {
		conn, err := c.h.Dial(ctx, "tcp", addr)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		conn.Close()
	}
	var dns *net.DNSError
	if _, err := c.h.Dial(ctx, "tcp", "nosuch.example.invalid:80"); !errors.As(err, &dns) {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := c.h.Dial(ctx, "udp", "192.0.2.1:53"); err == nil {
		t.Error("udp is dialled")
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if conn, err := c.h.Dial(short, "tcp", "192.0.2.1:81"); err == nil {
		conn.Close()
		t.Error("an address nobody has answers")
	} else if took := time.Since(began); took > 3*time.Second {
		t.Errorf("a dial outlives its context: %s", took)
	}
}

// service: with a selector that finds nothing, nobody answers, though the
// gateway's pod is healthy; and back.
func (c *conformance) service(t *testing.T) {
	addr := c.gateway(t, "80")
	// Without a Gateway for it Envoy listens on no port of ours; the Service's
	// status port always has somebody behind it.
	addr = strings.TrimSuffix(addr, ":80") + ":15021"
	ready := func() error {
		code, err := c.get(t.Context(), addr, "/healthz/ready")
		if err == nil && code != http.StatusOK {
			err = errors.New(http.StatusText(code))
		}
		return err
	}
	within(t, time.Minute, "the gateway to answer", ready)
	point := func(value string) {
		t.Helper()
		_, err := c.client.Resource(serviceKind).Namespace("istio-system").Patch(context.WithoutCancel(t.Context()), "istio-ingressgateway",
			types.MergePatchType, []byte(`{"spec":{"selector":{"istio":"`+value+`"}}}`), metav1.PatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	point("nobody")
	defer point("ingressgateway")
	within(t, 20*time.Second, "silence", func() error {
		if ready() == nil {
			return errors.New("it still answers")
		}
		return nil
	})
	point("ingressgateway")
	within(t, 20*time.Second, "the gateway to answer again", ready)
}

func (c *conformance) get(ctx context.Context, addr, path string) (int, error) {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, network, _ string) (net.Conn, error) { return c.h.Dial(ctx, network, addr) },
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://gateway.example.com"+path, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func (c *conformance) run(t *testing.T, spec cluster.Shell) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	if spec.Dir == "" {
		spec.Dir = t.TempDir()
	}
	cmd, err := c.h.Shell(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

func (c *conformance) shell(t *testing.T) {
	address, _, _ := net.SplitHostPort(c.gateway(t, "80"))
	for _, tt := range []struct{ command, want string }{
		{"kubectl get svc -n istio-system", "istio-ingressgateway"},
		{"istioctl proxy-status", "istio-ingressgateway-"},
		{"istioctl proxy-config listeners deploy/istio-ingressgateway -n istio-system", "15021"},
		{"curl -s -o /dev/null -w '%{http_code}' http://$GATEWAY_IP:15021/healthz/ready", "200"},
		{"echo $LAB-$GATEWAY_IP", "conform-" + address},
		{"test -s \"$KUBECONFIG\" && pwd", "/"},
	} {
		out, err := c.run(t, cluster.Shell{
			Prompt: "gatedrill conform", Env: map[string]string{"LAB": "conform", "GATEWAY_IP": address}, Command: []string{"sh", "-c", tt.command},
		})
		if err != nil || !strings.Contains(out, tt.want) {
			t.Errorf("%s: %v, want %q in\n%s", tt.command, err, tt.want, out)
		}
	}
	if _, err := c.run(t, cluster.Shell{Command: []string{"sh", "-c", "exit 7"}}); err == nil || !strings.Contains(err.Error(), "7") {
		t.Errorf("the exit code is lost: %v", err)
	}
}

// names: what the public zone holds is found by the learner's tools.
func (c *conformance) names(t *testing.T) {
	e := c.engine(t)
	within(t, time.Minute, "the zone to be in", func() error {
		return e.World(t.Context(), labs.World{Change: labs.Change{Objects: manifests(t,
			`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"drill-internet"}}`,
			`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"drill-internet","name":"public-dns"},"data":{"zone":"conform.example.com. 60 IN A ${GATEWAY_IP}\n"}}`)}}, func(string) {})
	})
	address, _, _ := net.SplitHostPort(c.gateway(t, "80"))
	within(t, 20*time.Second, "the name to be found", func() error {
		out, err := c.run(t, cluster.Shell{Env: map[string]string{"GATEWAY_IP": address}, Command: []string{"getent", "hosts", "conform.example.com"}})
		if err == nil && !strings.Contains(out, address) {
			err = errors.New(out)
		}
		return err
	})
	if out, err := c.run(t, cluster.Shell{Command: []string{"getent", "hosts", "nosuch.example.com"}}); err == nil {
		t.Errorf("a name that is not in the zone is found: %s", out)
	}
}

func (c *conformance) engine(t *testing.T) *fault.Engine {
	t.Helper()
	e, err := fault.Open(c.h.REST, time.Now, c.h.Scope)
	if err != nil {
		t.Fatal(err)
	}
	e.UseImages(c.h.Images)
	if _, err := e.Clear(t.Context()); err != nil && !errors.Is(err, fault.ErrNoLab) {
		t.Fatal(err)
	}
	return e
}

// fault: what a lab and a learner change is put back to the letter.
func (c *conformance) fault(t *testing.T) {
	e, ctx := c.engine(t), t.Context()
	lab := &labs.Lab{ID: "conform", Base: labs.Change{Objects: manifests(t,
		`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"drill-conform"}}`,
		`{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"namespace":"drill-conform","name":"conform"},"spec":{"hosts":["conform.example.com"],"http":[{"directResponse":{"status":200}}]}}`)},
		Fault: labs.Change{Objects: manifests(t,
			`{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"namespace":"drill-conform","name":"conform"},"spec":{"hosts":["conforn.example.com"],"http":[{"directResponse":{"status":200}}]}}`)},
	}
	kind := schema.GroupVersionResource{Group: "networking.istio.io", Version: "v1", Resource: "virtualservices"}
	host := func() string {
		o, err := c.client.Resource(kind).Namespace("drill-conform").Get(ctx, "conform", metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return "gone"
		}
		if err != nil {
			t.Fatal(err)
		}
		hosts, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hosts")
		return strings.Join(hosts, " ")
	}
	if err := errors.Join(e.Base(ctx, lab, "1", func(string) {}), e.Break(ctx, lab, "1")); err != nil {
		t.Fatal(err)
	}
	if got := host(); got != "conforn.example.com" {
		t.Errorf("with the fault in, the host is %s", got)
	}
	began := time.Now()
	if _, err := e.Mend(ctx); err != nil || host() != "conform.example.com" {
		t.Errorf("mended: %v, host %s", err, host())
	}
	notes := "default"
	if c.h.Scope != nil {
		notes = snapshot.ZoneNamespace // the rest is other people's, and not put back
	}
	if out, err := c.run(t, cluster.Shell{Command: []string{"kubectl", "create", "configmap", "notes", "-n", notes}}); err != nil {
		t.Fatal(out)
	}
	if _, err := e.Clear(ctx); err != nil || host() != "gone" {
		t.Errorf("cleared: %v, host %s", err, host())
	}
	t.Logf("mended and cleared in %s", time.Since(began).Round(time.Millisecond))
	if out, err := c.run(t, cluster.Shell{Command: []string{"kubectl", "get", "configmap", "notes", "-n", notes}}); err == nil {
		t.Errorf("what the learner made is still there: %s", out)
	}
}

// crash: what the cluster held is there again.
func (c *conformance) crash(t *testing.T) {
	if c.Kill == nil {
		t.Skip("this backend's cluster is not ours to kill")
	}
	was := c.gateway(t, "15021")
	c.Kill(t)
	within(t, 20*time.Second, "the end to be seen", func() error {
		_, err := c.b.Attach(t.Context())
		if errors.Is(err, cluster.ErrNotRunning) {
			return nil
		}
		return errors.Join(errors.New("it is still found"), err)
	})
	if s := c.b.State(t.Context()); s.State == cluster.Ready || s.Detail == "" {
		t.Errorf("after the kill: %+v", s)
	}
	c.start(t)
	if got := c.gateway(t, "15021"); got != was {
		t.Errorf("the gateway's address was %s, now it is %s", was, got)
	}
	within(t, time.Minute, "the gateway to answer again", func() error {
		_, err := c.get(t.Context(), was, "/healthz/ready")
		return err
	})
	if out, err := c.run(t, cluster.Shell{Command: []string{"kubectl", "get", "configmap", "public-dns", "-n", snapshot.ZoneNamespace}}); err != nil {
		t.Errorf("what it held is gone: %s", out)
	}
}

func (c *conformance) down(t *testing.T) {
	c.note(&c.seen.down)
	for range 2 {
		if err := c.b.Down(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if c.Stays {
		return
	}
	if _, err := c.b.Attach(t.Context()); !errors.Is(err, cluster.ErrNotRunning) {
		t.Errorf("attach: %v", err)
	}
	if s := c.b.State(t.Context()); s.State != cluster.Off {
		t.Errorf("state %+v", s)
	}
}

// quiet: nothing of the cluster listens on a network of the host.
func (c *conformance) quiet(t *testing.T) {
	c.note(&c.seen.after)
	if c.blind != nil {
		t.Skip(c.blind)
	}
	for _, l := range c.seen.ours() {
		t.Errorf("something listened on %s", l)
	}
}

// manifests reads objects written as JSON.
func manifests(t *testing.T, texts ...string) []labs.Manifest {
	t.Helper()
	var out []labs.Manifest
	for _, text := range texts {
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON([]byte(text)); err != nil {
			t.Fatal(err)
		}
		out = append(out, labs.Manifest{Object: u.Object, Text: text})
	}
	return out
}

// within repeats a check until it holds or time is up.
func within(t *testing.T, d time.Duration, what string, check func() error) {
	t.Helper()
	for end := time.Now().Add(d); ; time.Sleep(50 * time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s: %v", what, d, err)
		}
	}
}
