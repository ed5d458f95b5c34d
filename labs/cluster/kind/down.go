package kind

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// undo deletes the cluster that this call made.
func (u *up) undo(ctx context.Context, why error) error {
	interrupted := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	u.say("node")("what was begun to be deleted")
	if err := u.b.deleteOurs(ctx, u.engine); err != nil {
		return errors.Join(why, fmt.Errorf("%w; the next start, or gatedrill cluster down, deletes it", err))
	}
	if interrupted {
		why = fmt.Errorf("start the kind cluster %s: interrupted, and what was begun is deleted: %w", u.b.set.Name, why)
	}
	return errors.Join(why, u.b.forget())
}

// lock keeps others from starting or deleting the cluster meanwhile.
func (b *Backend) lock(ctx context.Context, say func(string)) (func(), error) {
	return cluster.Lock(ctx, b.dir, func() { say("another gatedrill that starts or deletes the cluster") })
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
	e, err := b.engineOf(ctx, r)
	if err != nil {
		return err
	}
	if err := b.deleteOurs(ctx, e); err != nil {
		return err
	}
	return b.forget()
}

// Reset is Down: a kind cluster that is deleted holds nothing.
func (b *Backend) Reset(ctx context.Context) error { return b.Down(ctx) }
