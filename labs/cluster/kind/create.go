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

// givesUpWithin bounds how long kind may go on after its nodes were taken
// away from it.
const givesUpWithin = 30 * time.Second

// create makes the cluster's node and the Kubernetes in it, and returns before
// the node is ready. kind's Create cannot be told to stop, so when ctx ends its
// nodes are taken away from it, until it gives up.
func (b *Backend) create(ctx context.Context, e engine, say func(string)) error {
	config, err := b.config()
	if err != nil {
		return err
	}
	if err := os.WriteFile(b.ownerFile(), nil, 0o600); err != nil { // it is mounted
		return fmt.Errorf("note the kind cluster: %w", err)
	}
	if err := b.dropKubeconfig(); err != nil {
		return err
	}
	steps := make(chan string, 16)
	p := e.provider(progress{said: func(s string) {
		select {
		case steps <- s:
		default: // it is only shown
		}
	}})
	done := make(chan error, 1)
	go func() {
		done <- p.Create(b.set.Name,
			kindcluster.CreateWithV1Alpha4Config(config),
			kindcluster.CreateWithNodeImage(b.set.NodeImage),
			kindcluster.CreateWithKubeconfigPath(b.kubeconfig()),
			kindcluster.CreateWithRetain(true), // kind would delete whatever bears the name
		)
	}()
	last := ""
	for {
		select {
		case err := <-done:
			for more := true; more; {
				select {
				case last = <-steps:
				default:
					more = false
				}
			}
			if err != nil {
				return fmt.Errorf("create the kind cluster %s: %s: %w%s", b.set.Name, last, err, outputOf(err))
			}
			return nil
		case last = <-steps:
			say(last)
		case <-ctx.Done():
			return b.interrupt(ctx, e, done)
		}
	}
}

// interrupt takes the nodes away from kind until it ends.
func (b *Backend) interrupt(ctx context.Context, e engine, done <-chan error) error {
	if b.o.Keep {
		return ctx.Err()
	}
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), givesUpWithin)
	defer cancel()
	for {
		_ = b.deleteOurs(clean, e) // looked at again by whoever called
		select {
		case <-done:
			return ctx.Err()
		case <-clean.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
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

func (p progress) Warn(string)                  {}
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
