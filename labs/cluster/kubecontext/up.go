package kubecontext

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// undoWithin bounds the undoing of an Up that did not get through.
const undoWithin = 20 * time.Second

// up is one bringing up.
type up struct {
	b      *Backend
	c      *client
	began  time.Time
	report func(cluster.Progress)
	made   bool // gatedrill's namespace, just now
	lease  *lease
}

func (u *up) say(phase string) func(string) {
	return func(waiting string) {
		u.report(cluster.Progress{Phase: phase, Waiting: waiting, Elapsed: u.b.o.Now().Sub(u.began)})
	}
}

// Up makes ready what gatedrill needs in the cluster: its namespace, the
// Lease, the relay. Before the first of them a survey of the cluster is kept
// in the data directory. An Up that does not get through takes back what it
// made.
func (b *Backend) Up(ctx context.Context, report func(cluster.Progress)) (*cluster.Handle, error) {
	u := &up{b: b, began: b.o.Now(), report: report}
	if u.report == nil {
		u.report = func(cluster.Progress) {}
	}
	unlock, err := b.lock(ctx, u.say("api"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	u.say("api")("the API server")
	if u.c, err = b.connect(ctx); err != nil {
		return nil, err
	}
	if err := u.look(ctx); err != nil {
		return nil, err
	}
	r, err := b.recorded()
	if err != nil {
		return nil, err
	}
	if r == nil {
		if r, err = u.begin(ctx); err != nil {
			return nil, err
		}
	}
	if err := u.raise(ctx, r); err != nil {
		if !r.Up {
			err = errors.Join(err, u.undo(ctx))
		}
		return nil, err
	}
	h, err := b.attach(ctx, u.c, *r)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// look makes sure that the cluster is as it was agreed to.
func (u *up) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*answerWithin)
	defer cancel()
	foreign, _, err := u.c.namespaces(ctx, u.b.labs().Namespaces)
	if err != nil {
		return u.c.orTrouble(err)
	}
	if len(foreign) > 0 {
		return fmt.Errorf("namespaces %s are there: %w", strings.Join(foreign, ", "), ErrForeign)
	}
	if _, err := u.c.istioVersion(ctx); err != nil {
		return err
	}
	if u.lease, err = u.b.lease(u.c); err != nil {
		return err
	}
	// Before anything is made: is somebody else here?
	o, h, err := u.lease.read(ctx)
	if err == nil && o != nil && h.id != u.lease.id && u.b.o.Now().Sub(h.renewed) <= leaseLasts {
		_, err = u.lease.hold(ctx, false)
	}
	return err
}

// begin keeps what the cluster holds before anything is made in it.
func (u *up) begin(ctx context.Context) (*record, error) {
	u.say("survey")("a look at what is there, to compare with when all is removed")
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	e, err := u.c.engine(ctx, u.b.o.Now, nil)
	if err != nil {
		return nil, err
	}
	s, err := e.Survey(ctx)
	if err != nil {
		return nil, fmt.Errorf("look at what the cluster holds: %w", u.c.orTrouble(err))
	}
	r := &record{Made: u.b.o.Now()}
	return r, errors.Join(write(u.b.beforeFile(), s), write(u.b.recordFile(), r))
}

func (c *client) engine(ctx context.Context, now func() time.Time, scope []string) (*fault.Engine, error) {
	kinds, err := c.discover(ctx)
	if err != nil {
		return nil, err
	}
	return fault.New(c.dynamic, kinds, now, scope), nil
}

// raise makes what is not there yet.
func (u *up) raise(ctx context.Context, r *record) (err error) {
	if u.made, err = u.c.ownNamespace(ctx, u.say("namespace")); err != nil {
		return err
	}
	u.say("lease")("the Lease that says who uses the cluster")
	from, err := u.lease.hold(ctx, true)
	if err != nil {
		return err
	}
	if from != "" {
		u.say("lease")(from)
	}
	u.say("gateway")("the ingress gateway's address")
	a, err := u.c.gateway(ctx)
	if err != nil {
		return err
	}
	r.Direct = routable(ctx, netip.AddrPortFrom(a, statusPort))
	if err := u.c.ensureRelay(ctx, u.b.set.Image, u.say("relay")); err != nil {
		return err
	}
	u.say("names")("whether workloads can speak to names outside")
	r.Names = u.c.names(ctx)
	u.b.mu.Lock()
	u.b.lost = nil
	if from != "" {
		u.b.note = from
	}
	u.b.mu.Unlock()
	r.Up = true
	return write(u.b.recordFile(), r)
}

// undo takes back what this Up made, also when its context has ended. What
// was there before, of an Up that was killed, stays for a Down.
func (u *up) undo(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoWithin)
	defer cancel()
	if !u.made {
		if o, h, err := u.lease.read(ctx); err == nil && o != nil && h.id != u.lease.id {
			return u.b.forget() // all of it is theirs
		}
		return nil
	}
	err := u.c.dynamic.Resource(core("namespaces")).Delete(ctx, fault.Namespace, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("take namespace %s back: %w (gatedrill cluster down)", fault.Namespace, err)
	}
	return u.b.forget()
}
