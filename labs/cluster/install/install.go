// Package install puts Istio and the Gateway API into a cluster from plain
// manifests, rendered once from Istio's own charts (the heavy module's
// generate command). Every backend that makes its own cluster installs the
// same thing; what differs between them is a Profile. It knows no backend.
package install

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// Namespace is where Istio lives.
const Namespace = "istio-system"

// The two sets of Gateway API definitions.
const (
	Standard     = "standard"
	Experimental = "experimental"
)

// Options say what is installed.
type Options struct {
	CRDs       string  // Standard (also when empty) or Experimental
	Profile    Profile // images, istiod's environment, mesh settings
	MeshConfig []byte  // YAML laid over the profile's mesh settings; null deletes a key
	Egress     bool    // install istio-egressgateway at once
	Resolver   string  // address of the DNS server that istio-egressgateway asks; empty for the cluster's own
	// Since is when the cluster's processes were started. What the API says
	// of pods that ran before then is not believed: a cluster with kept data
	// still shows yesterday's pods as ready. Zero believes everything.
	Since time.Time
}

// Apply makes the cluster hold what the options say and returns when istiod
// and the ingress gateway are ready. It applies nothing when the cluster says
// that the same was applied before. Progress comes in the phases "crds",
// "istiod" and "gateway".
func Apply(ctx context.Context, cfg *rest.Config, o Options, report func(cluster.Progress)) error {
	s, err := load(o)
	if err != nil {
		return err
	}
	c, err := newClient(cfg)
	if err != nil {
		return err
	}
	ctx, p := newPatience(ctx)
	defer p.stop()
	r := newReporter(report, p)
	r.phase("crds", "Istio and Gateway API definitions")
	current, err := c.current(ctx, s)
	if err != nil {
		return err
	}
	if !current {
		if err := c.applySet(ctx, s, r); err != nil {
			return err
		}
	}
	return c.ready(ctx, s, o.Since, r)
}

// EnsureEgress installs istio-egressgateway, unless it is there, and returns
// when it is ready. The options must be those of Apply.
func EnsureEgress(ctx context.Context, cfg *rest.Config, o Options) error {
	ctx, p := newPatience(ctx)
	defer p.stop()
	o.Egress = true
	s, err := load(o)
	if err != nil {
		return err
	}
	c, err := newClient(cfg)
	if err != nil {
		return err
	}
	if err := c.applyAll(ctx, s.egress); err != nil {
		return err
	}
	return c.podsReady(ctx, egressPods, o.Since, newReporter(nil, p))
}

// reporter adds the clock to progress.
type reporter struct {
	began    time.Time
	now      string
	said     string
	to       func(cluster.Progress)
	patience *patience
}

func newReporter(to func(cluster.Progress), p *patience) *reporter {
	if to == nil {
		to = func(cluster.Progress) {}
	}
	return &reporter{began: time.Now(), to: to, patience: p}
}

func (r *reporter) phase(name, waiting string) {
	r.now = name
	r.patience.hear(waiting, false)
	r.waiting(waiting)
}

func (r *reporter) waiting(what string) {
	r.said = what
	r.to(cluster.Progress{Phase: r.now, Waiting: what, Elapsed: time.Since(r.began)})
}

// trouble reports an API server that is away for a while. That is no news.
func (r *reporter) trouble(err error) { r.waiting("the API server: " + short(err.Error())) }

// applySet applies everything in the order that has a gateway answer soonest:
// istiod starts while the API server still compiles the definitions, and the
// gateway follows when istiod has published the root certificate, which its
// pod mounts (kubelet backs off when it is not there yet).
func (c *client) applySet(ctx context.Context, s *set, r *reporter) error {
	if err := c.applyAll(ctx, s.namespaces); err != nil {
		return err
	}
	defs := make(chan error, 1)
	go func() { defs <- c.applyAll(ctx, s.crds) }()
	err := c.applyAll(ctx, s.istiod)
	if derr := <-defs; derr != nil {
		return derr
	}
	if err != nil {
		return err
	}
	r.phase("istiod", "istiod's root certificate")
	telling, stop := context.WithCancel(ctx)
	var told sync.WaitGroup
	told.Go(func() { c.tell(telling, istiodPods, r) })
	err = c.exists(ctx, "ConfigMap", Namespace, "istio-ca-root-cert")
	stop()
	told.Wait()
	if err != nil {
		return fmt.Errorf("wait for istiod to publish its root certificate: %w; its pods: %s", cause(ctx, err), c.pods(istiodPods))
	}
	if err := c.applyAll(ctx, s.ingress); err != nil {
		return err
	}
	if err := c.applyAll(ctx, s.egress); err != nil {
		return err
	}
	return c.remember(ctx, s)
}

// ready waits for the definitions, istiod and the gateways.
func (c *client) ready(ctx context.Context, s *set, since time.Time, r *reporter) error {
	if err := c.established(ctx, s.crds); err != nil {
		return err
	}
	r.phase("istiod", "istiod")
	if err := c.podsReady(ctx, istiodPods, since, r); err != nil {
		return err
	}
	r.phase("gateway", "istio-ingressgateway")
	if err := c.podsReady(ctx, ingressPods, since, r); err != nil {
		return err
	}
	if len(s.egress) == 0 {
		return nil
	}
	r.waiting("istio-egressgateway")
	return c.podsReady(ctx, egressPods, since, r)
}
