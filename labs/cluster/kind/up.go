package kind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	kindcluster "sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
	"sigs.k8s.io/kind/pkg/log"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/install"
)

// Up makes the cluster, or finds it, and returns when a gateway can be
// configured. What a start that was killed left half made is made anew; a
// cluster of that name that is not ours is left alone. When ctx ends while
// the cluster is being made, it is deleted again.
func (b *Backend) Up(ctx context.Context, report func(cluster.Progress)) (*cluster.Handle, error) {
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
	if u.engine, err = findEngine(ctx, b.set.Engine); err != nil {
		return nil, err
	}
	fresh, err := u.cluster(ctx)
	if err != nil {
		return nil, err
	}
	if err := settle(ctx, u.node); err != nil {
		return nil, err
	}
	if err := b.loadImages(ctx, u.engine, u.node, u.say("images")); err != nil {
		return nil, err
	}
	cfg, err := b.restConfig()
	if err != nil {
		return nil, err
	}
	o := install.Options{Profile: b.set.profile()}
	if fresh {
		o.Since = u.began
	}
	err = install.Apply(ctx, cfg, o, func(p cluster.Progress) { u.say(p.Phase)(p.Waiting) })
	if err != nil {
		return nil, fmt.Errorf("install Istio into kind cluster %s: %w", b.set.Name, err)
	}
	if err := b.reached(complete); err != nil {
		return nil, err
	}
	u.say("addresses")("the way to the gateways")
	return b.attach(ctx, u.node)
}

// up is one start.
type up struct {
	b      *Backend
	began  time.Time
	report func(cluster.Progress)
	engine engine
	node   nodes.Node
}

func (u *up) say(phase string) func(string) {
	return func(waiting string) {
		u.report(cluster.Progress{Phase: phase, Waiting: waiting, Elapsed: u.b.o.Now().Sub(u.began)})
	}
}

// cluster finds or makes the cluster and its node. It returns whether the
// node was started just now.
func (u *up) cluster(ctx context.Context) (fresh bool, err error) {
	b := u.b
	p := u.engine.provider(log.NoopLogger{})
	list, err := b.nodes(p)
	if err != nil {
		return false, err
	}
	r, err := b.recorded()
	if err != nil {
		return false, err
	}
	switch {
	case len(list) > 0 && r == nil:
		return false, b.foreign()
	case len(list) > 0 && r.Stage != creating:
		return u.wake(ctx, list, r)
	case len(list) > 0:
		u.say("node")("what an earlier start left half made to be deleted")
		if err := b.delete(p); err != nil {
			return false, err
		}
	}
	return true, u.make(ctx, p)
}

// wake makes sure that the cluster is ours, and that its nodes run.
func (u *up) wake(ctx context.Context, list []nodes.Node, r *record) (started bool, err error) {
	if err := u.own(ctx, list, r); err != nil {
		return false, err
	}
	if r.Settings.NodeImage != u.b.set.NodeImage || r.Settings.Config != u.b.set.Config {
		return false, fmt.Errorf("kind cluster %s was made with node image %s and configuration %q; for others: gatedrill cluster down, then up",
			u.b.set.Name, r.Settings.NodeImage, r.Settings.Config)
	}
	for _, n := range list {
		runs, err := u.engine.runs(ctx, n.String())
		if err != nil {
			return false, err
		}
		if runs {
			continue
		}
		u.say("node")("node " + n.String() + " to start")
		if _, err := u.engine.run(ctx, time.Minute, "start", n.String()); err != nil {
			return false, fmt.Errorf("start node %s: %w", n, err)
		}
		started = true
	}
	u.say("node")("the API server")
	return started, u.b.answering(ctx)
}

// own finds the control plane and makes sure that it is ours.
func (u *up) own(ctx context.Context, list []nodes.Node, r *record) (err error) {
	if u.node, err = nodeutils.BootstrapControlPlaneNode(list); err != nil {
		return fmt.Errorf("find the control plane of kind cluster %s: %w", u.b.set.Name, err)
	}
	id, err := u.engine.read(ctx, u.node.String(), markFile)
	if err != nil {
		return err
	}
	if strings.TrimSpace(id) != r.ID {
		return u.b.foreign()
	}
	return nil
}

// make makes the cluster.
func (u *up) make(ctx context.Context, p *kindcluster.Provider) error {
	b := u.b
	if !u.engine.has(ctx, b.set.NodeImage) {
		u.say("image")("image " + b.set.NodeImage)
		if err := u.engine.pull(ctx, b.set.NodeImage, u.say("image")); err != nil {
			return fmt.Errorf("%w\nload it from elsewhere, or name another one (gatedrill cluster use kind --node-image IMAGE)", err)
		}
	}
	r := record{ID: newID(), Stage: creating, Made: b.o.Now(), Settings: b.set, Engine: u.engine.name}
	if err := b.write(r); err != nil {
		return err
	}
	if err := b.create(ctx, u.engine, u.say("node")); err != nil {
		if !b.o.Keep {
			err = errors.Join(err, b.forget())
		}
		return err
	}
	list, err := b.nodes(p)
	if err != nil {
		return err
	}
	if u.node, err = nodeutils.BootstrapControlPlaneNode(list); err != nil {
		return fmt.Errorf("find the control plane of kind cluster %s: %w", b.set.Name, err)
	}
	if err := mark(u.node, r.ID); err != nil {
		return err
	}
	r.Stage = created
	return b.write(r)
}

// lock keeps others from starting or deleting the cluster meanwhile.
func (b *Backend) lock(ctx context.Context, say func(string)) (func(), error) {
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the kind cluster's directory: %w", err)
	}
	l := flock.New(filepath.Join(b.dir, "lock"))
	got, err := l.TryLock()
	if err == nil && !got {
		say("another gatedrill that starts or deletes the cluster")
		_, err = l.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the kind cluster: %w", err)
	}
	return func() { _ = l.Unlock() }, nil
}

// Down deletes the cluster, if it is ours.
func (b *Backend) Down(ctx context.Context) error {
	b.Close()
	unlock, err := b.lock(ctx, func(string) {})
	if err != nil {
		return err
	}
	defer unlock()
	r, err := b.recorded()
	if err != nil {
		return err
	}
	asked := b.set.Engine
	if r != nil && asked == "" {
		asked = r.Engine
	}
	e, err := findEngine(ctx, asked)
	if err != nil {
		return err
	}
	p := e.provider(log.NoopLogger{})
	list, err := b.nodes(p)
	if err != nil {
		return err
	}
	switch {
	case len(list) == 0:
		return b.forget()
	case r == nil:
		return b.foreign()
	case r.Stage != creating:
		u := &up{b: b, engine: e, report: func(cluster.Progress) {}, began: b.o.Now()}
		if err := u.own(ctx, list, r); err != nil {
			return err
		}
	}
	if err := b.delete(p); err != nil {
		return err
	}
	return b.forget()
}

// Reset is Down: a kind cluster that is deleted holds nothing.
func (b *Backend) Reset(ctx context.Context) error { return b.Down(ctx) }

func (b *Backend) delete(p *kindcluster.Provider) error {
	if err := p.Delete(b.set.Name, b.kubeconfig()); err != nil {
		return fmt.Errorf("delete kind cluster %s: %w%s", b.set.Name, err, outputOf(err))
	}
	return nil
}
