package kind

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/kind/pkg/log"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/install"
	"github.com/gatedrill/gatedrill/labs/note"
)

// Up makes the cluster, or finds it, and returns when a gateway can be
// configured. What a start that was killed left half made is made anew; a
// cluster of that name that is not ours is left alone. A cluster that this
// call made is deleted again when it fails or ctx ends, unless it is to be
// kept.
func (b *Backend) Up(ctx context.Context, report func(cluster.Progress)) (h *cluster.Handle, err error) {
	u := &up{b: b, began: b.o.Now(), report: report}
	if u.report == nil {
		u.report = func(cluster.Progress) {}
	}
	unlock, err := b.lock(ctx, u.say("engine"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	u.say("engine")("a container engine")
	if err := u.find(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil && u.made && !b.o.Keep {
			err = u.undo(ctx, err)
		}
	}()
	since, err := u.cluster(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.loadImages(ctx, u.node, u.say("images")); err != nil {
		return nil, err
	}
	if err := u.install(ctx, since); err != nil {
		return nil, err
	}
	u.say("addresses")("an address for istio-ingressgateway")
	if h, err = b.attach(ctx, u.node, u.record.ID); err != nil {
		return nil, err
	}
	return h, b.addressed(ctx, h)
}

// up is one start.
type up struct {
	b      *Backend
	began  time.Time
	report func(cluster.Progress)
	engine engine
	record *record // nil before there is a cluster
	node   node
	made   bool // by this call
}

func (u *up) say(phase string) func(string) {
	return func(waiting string) {
		u.report(cluster.Progress{Phase: phase, Waiting: waiting, Elapsed: u.b.o.Now().Sub(u.began)})
	}
}

// find finds the engine that the cluster is in, or is to be in.
func (u *up) find(ctx context.Context) (err error) {
	if u.record, err = u.b.recorded(); err != nil {
		return err
	}
	u.engine, err = u.b.engineOf(ctx, u.record)
	return err
}

// engineOf returns the engine of a recorded cluster, which goes before the
// settings; without one that of the settings.
func (b *Backend) engineOf(ctx context.Context, r *record) (engine, error) {
	if r == nil {
		return findEngine(ctx, b.set.Engine)
	}
	if b.set.Engine != "" && b.set.Engine != r.Engine {
		return engine{}, fmt.Errorf("kind cluster %s was made in %s, and %s is asked for: delete it first (gatedrill cluster use kind --engine %s, then gatedrill cluster down)",
			b.set.Name, r.Engine, b.set.Engine, r.Engine)
	}
	e, err := findEngine(ctx, r.Engine)
	if err != nil {
		return e, err
	}
	if id := e.identity(ctx); id != "" && r.EngineID != "" && id != r.EngineID {
		return e, fmt.Errorf("kind cluster %s was made in another %s than the one that answers now (did DOCKER_HOST or its context change?); if that one is gone for good, delete %s",
			b.set.Name, e.name, b.recordFile())
	}
	return e, nil
}

// cluster finds or makes the cluster and its node. Since is when the node was
// started by this call, by the node's clock; zero when it was not, or is new.
func (u *up) cluster(ctx context.Context) (since time.Time, err error) {
	b := u.b
	list, err := u.engine.nodes(ctx, b.set.Name)
	if err != nil {
		return since, err
	}
	if !b.ours(list) {
		return since, b.foreign()
	}
	if len(list) > 0 && u.record != nil && u.record.Stage != creating {
		return u.wake(ctx, list)
	}
	if len(list) > 0 {
		u.say("node")("what an earlier start left half made to be deleted")
		if err := b.deleteOurs(ctx, u.engine); err != nil {
			return since, err
		}
	}
	return since, u.make(ctx)
}

// wake makes sure that the node runs and answers.
func (u *up) wake(ctx context.Context, list []container) (since time.Time, err error) {
	b := u.b
	c, err := controlPlane(list)
	if err != nil {
		return since, err
	}
	u.node = node{u.engine, c.Name}
	if s := u.record.Settings; s.NodeImage != b.set.NodeImage || s.Config != b.set.Config {
		return since, fmt.Errorf("kind cluster %s was made with node image %s and configuration %q; for others: gatedrill cluster down, then up",
			b.set.Name, s.NodeImage, s.Config)
	}
	began := time.Now()
	switch c.State.Status {
	case "running":
		began = time.Time{}
	case "paused":
		u.say("node")("node " + c.Name + " to go on")
		began = time.Time{}
		_, err = u.engine.run(ctx, answersWithin, "unpause", c.Name)
	default:
		u.say("node")("node " + c.Name + " to start")
		_, err = u.engine.run(ctx, time.Minute, "start", c.Name)
	}
	if err != nil {
		return since, fmt.Errorf("start node %s: %w (a port that something else took since? then: gatedrill cluster down, then up)", c.Name, err)
	}
	if err := u.reach(ctx); err != nil || began.IsZero() {
		return since, err
	}
	// The node's clock is that of the kubelet; it need not be ours.
	text, err := u.node.output(ctx, "date", "+%s")
	if err != nil {
		return since, err
	}
	now, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return time.Unix(now, 0).Add(-time.Since(began)), err
}

func controlPlane(list []container) (container, error) {
	for _, c := range list {
		if c.Config.Labels[roleLabel] == "control-plane" {
			return c, nil
		}
	}
	return container{}, fmt.Errorf("none of the kind cluster's %d nodes is a control plane", len(list))
}

// make makes the cluster.
func (u *up) make(ctx context.Context) error {
	b := u.b
	if !u.engine.has(ctx, b.set.NodeImage) {
		u.say("image")("image " + b.set.NodeImage)
		if err := u.engine.pull(ctx, b.set.NodeImage, u.say("image")); err != nil {
			return fmt.Errorf("%w\nload it from elsewhere, or name another one (gatedrill cluster use kind --node-image IMAGE)", err)
		}
	}
	u.record = &record{ID: newID(), Stage: creating, Made: b.o.Now(), Settings: b.set, Engine: u.engine.name, EngineID: u.engine.identity(ctx)}
	if err := b.write(*u.record); err != nil {
		return err
	}
	u.made = true
	if err := b.create(ctx, u.engine, u.say("node")); err != nil {
		return err
	}
	list, err := u.engine.nodes(ctx, b.set.Name)
	if err != nil {
		return err
	}
	c, err := controlPlane(list)
	if err != nil {
		return err
	}
	u.node = node{u.engine, c.Name}
	if err := b.reached(created); err != nil {
		return err
	}
	return u.reach(ctx)
}

// reach writes our kubeconfig anew and waits until the node is ready.
func (u *up) reach(ctx context.Context) error {
	b := u.b
	u.say("node")("the API server")
	err := bounded(ctx, time.Minute, func() error {
		text, err := u.engine.provider(log.NoopLogger{}).KubeConfig(b.set.Name, false)
		if err != nil {
			return fmt.Errorf("read the kubeconfig of kind cluster %s: %w%s", b.set.Name, err, outputOf(err))
		}
		return note.Replace(b.kubeconfig(), []byte(text), 0o600)
	})
	if err != nil {
		return err
	}
	return b.ready(ctx, u.say("node"))
}

// bounded runs a call of kind's that cannot be told to stop.
func bounded(ctx context.Context, within time.Duration, f func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("the container engine did not answer within %s", within))
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (u *up) install(ctx context.Context, since time.Time) error {
	cfg, err := u.b.restConfig()
	if err != nil {
		return err
	}
	err = install.Apply(ctx, cfg, install.Options{Profile: u.b.set.profile(), Since: since},
		func(p cluster.Progress) { u.say(p.Phase)(p.Waiting) })
	if err != nil {
		return fmt.Errorf("install Istio into kind cluster %s: %w", u.b.set.Name, err)
	}
	return u.b.reached(complete)
}
