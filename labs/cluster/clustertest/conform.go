package clustertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Suite is what every backend has to do alike. Its parts build on one
// another, so they run in order, on one cluster.
type Suite struct {
	// Backend makes the backend anew, as another process would.
	Backend func(t testing.TB) cluster.Backend
	// Has lists the capabilities it must offer.
	Has []labs.Capability
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
