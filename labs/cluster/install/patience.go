package install

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// An installation that cannot get ready says why, as soon as it is clear that
// it cannot. On the slowest system seen it took half a minute, but for the
// images: over a slow line they take as long as they take.
const (
	quiet = 5 * time.Minute  // without news
	slow  = 10 * time.Minute // without news, while an image may be on its way
	most  = 15 * time.Minute // in all
)

// patience ends a context when there was no news for too long.
type patience struct {
	mu    sync.Mutex
	heard map[string]bool
	limit time.Duration
	timer *time.Timer
	stop  func()
}

func newPatience(ctx context.Context) (context.Context, *patience) {
	ctx, done := context.WithTimeoutCause(ctx, most, fmt.Errorf("not within %s", most))
	ctx, cancel := context.WithCancelCause(ctx)
	p := &patience{heard: map[string]bool{}, limit: quiet}
	p.timer = time.AfterFunc(quiet, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		cancel(fmt.Errorf("no news for %s", p.limit))
	})
	p.stop = func() {
		p.timer.Stop()
		cancel(nil)
		done()
	}
	return ctx, p
}

// hear begins the wait anew at news. Words that were heard before are none: a
// container that crashes again and again has no others.
func (p *patience) hear(words string, pulling bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.heard[words] {
		return
	}
	p.heard[words] = true
	p.limit = quiet
	if pulling {
		p.limit = slow
	}
	p.timer.Reset(p.limit)
}

// retry does something until it works, fails for good or ctx ends. The error
// then holds the last answer, too.
func retry(ctx context.Context, say func(error), do func() error) error {
	var last error
	for {
		err := do()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil && last != nil:
			return fmt.Errorf("%w; the last answer: %w", context.Cause(ctx), last)
		case ctx.Err() != nil:
			return cause(ctx, err)
		case !transient(err):
			return err
		}
		last = err
		if say != nil {
			say(err)
		}
		pause(ctx)
	}
}

// pause waits a moment; false says that ctx has ended.
func pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(500 * time.Millisecond):
		return true
	}
}

// transient says whether an error of the API is one of those that pass: nobody
// listens, the connection broke, or the server has too much to do.
func transient(err error) bool {
	var op *net.OpError
	var s apierrors.APIStatus
	if errors.As(err, &s) {
		return s.Status().Code == 429 || s.Status().Code >= 500
	}
	return errors.As(err, &op) || utilnet.IsConnectionRefused(err) || utilnet.IsConnectionReset(err) ||
		utilnet.IsTimeout(err) || utilnet.IsProbableEOF(err) || utilnet.IsHTTP2ConnectionLost(err)
}
