package kind

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	kindcluster "sigs.k8s.io/kind/pkg/cluster"
	kindexec "sigs.k8s.io/kind/pkg/exec"
	"sigs.k8s.io/kind/pkg/log"
)

// readyWithin is how long kind waits for its node.
const readyWithin = 3 * time.Minute

// create makes the cluster. kind's Create cannot be told to stop, so when ctx
// ends its nodes are taken away from it, until it gives up; with Keep it is
// left alone, and what it leaves is cleaned up by the next start.
func (b *Backend) create(ctx context.Context, e engine, say func(string)) error {
	var last string
	p := e.provider(progress{said: func(s string) { last = s; say(s) }})
	opts := []kindcluster.CreateOption{
		kindcluster.CreateWithNodeImage(b.set.NodeImage),
		kindcluster.CreateWithKubeconfigPath(b.kubeconfig()),
		kindcluster.CreateWithWaitForReady(readyWithin),
		kindcluster.CreateWithRetain(b.o.Keep),
	}
	if b.set.Config != "" {
		text, err := os.ReadFile(b.set.Config)
		if err != nil {
			return fmt.Errorf("read the cluster configuration: %w", err)
		}
		opts = append(opts, kindcluster.CreateWithRawConfig(text))
	}
	done := make(chan error, 1)
	go func() { done <- p.Create(b.set.Name, opts...) }()
	stop := ctx.Done()
	var later <-chan time.Time
	for {
		select {
		case err := <-done:
			if ctx.Err() != nil {
				return fmt.Errorf("create the kind cluster %s: interrupted, and what was begun is deleted: %w", b.set.Name, ctx.Err())
			}
			if err != nil {
				return fmt.Errorf("create the kind cluster %s: %s: %w%s", b.set.Name, last, err, outputOf(err))
			}
			return nil
		case <-stop:
			if b.o.Keep {
				return ctx.Err()
			}
			stop = nil
			later = time.After(0)
		case <-later:
			say("what was begun to end")
			_ = p.Delete(b.set.Name, b.kubeconfig()) // there may be nothing yet
			later = time.After(time.Second)
		}
	}
}

// outputOf returns the last lines of the command that failed inside kind.
func outputOf(err error) string {
	var r *kindexec.RunError
	if !errors.As(err, &r) || len(bytes.TrimSpace(r.Output)) == 0 {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(r.Output)), "\n")
	return "\n" + strings.Join(lines[max(0, len(lines)-8):], "\n")
}

// progress turns kind's log into what is waited for.
type progress struct{ said func(string) }

var _ log.Logger = progress{}

func (p progress) Warn(m string)                {}
func (p progress) Warnf(string, ...any)         {}
func (p progress) Error(string)                 {}
func (p progress) Errorf(string, ...any)        {}
func (p progress) V(l log.Level) log.InfoLogger { return info{p, l == 0} }

type info struct {
	p       progress
	enabled bool
}

func (i info) Enabled() bool { return i.enabled }

func (i info) Info(m string) {
	if !i.enabled {
		return
	}
	// " • Preparing nodes 📦   ..." begins a step; the other lines are for
	// kind's own users.
	m, begins := strings.CutPrefix(strings.TrimSpace(m), "• ")
	if !begins {
		return
	}
	m = strings.Map(func(r rune) rune {
		if r > 0x2000 {
			return -1
		}
		return r
	}, m)
	i.p.said(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(m), "...")))
}

func (i info) Infof(f string, a ...any) { i.Info(fmt.Sprintf(f, a...)) }
