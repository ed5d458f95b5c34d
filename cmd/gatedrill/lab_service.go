package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/history"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/outside"
	labrun "github.com/gatedrill/gatedrill/labs/run"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// urgeFunc urges the cards that a lab's wrong verdicts call for.
type urgeFunc = func(lab string, cards []string) error

// meshOf is trace.Of, for what runs labs.
func meshOf(s snapshot.Snapshot) labrun.Mesh { return trace.Of(s) }

// newLabs makes the lab service. Connect finds the cluster when one is
// needed.
func newLabs(e *env, connect func(context.Context) (*cluster.Handle, error), due urgeFunc) *labrun.Service {
	return labrun.New(labrun.Config{
		Library: func() ([]labs.Lab, labs.World) { return loadLabs(e) },
		Read:    meshOf, Now: e.Now, OnUrge: due,
		History: history.Open(e.path("history.jsonl")), Dir: e.path("shell"),
		PID: os.Getpid(), Alive: alive,
		Lacks: e.lacks,
		Connect: func(ctx context.Context) (*labrun.Cluster, error) {
			h, err := connect(ctx)
			if err != nil {
				return nil, err
			}
			c, err := openCluster(h, e.Now)
			if err == nil {
				c.Moved = func(ctx context.Context) bool {
					now, err := e.attach(ctx)
					return err == nil && !now.Same(h)
				}
			}
			return c, err
		},
	})
}

// lacks says what the cluster in use is chosen to lack for a lab: a context
// without --mesh-admin.
func (e *env) lacks(lab *labs.Lab) []string {
	c, err := e.choice()
	if err != nil || c.Backend != backendContext || c.Context.MeshAdmin || !slices.Contains(lab.Requires, string(labs.CapabilityMeshAdmin)) {
		return nil
	}
	return []string{string(labs.CapabilityMeshAdmin)}
}

// alive says whether a process runs.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil || pid <= 0 {
		return false
	}
	if runtime.GOOS == "windows" {
		return true // found means open: it runs
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// openCluster fits a handle to what sessions need.
func openCluster(h *cluster.Handle, now func() time.Time) (*labrun.Cluster, error) {
	engine, err := fault.Open(h.REST, now, h.Scope)
	if err != nil {
		return nil, fmt.Errorf("open the %s: %w", h.Name, err)
	}
	engine.UseImages(h.Images)
	if h.Resolver {
		engine.UseResolver(outside.ResolverService())
	}
	return &labrun.Cluster{
		Name: h.Name, Capabilities: h.Capabilities, World: engine, Shell: h.Shell, Names: h.Names, Resolver: h.Resolver, Egress: h.Egress,
		Observe: func(ctx context.Context, lab *labs.Lab) (labrun.Observer, error) {
			trust, clients, err := engine.Identities(ctx, lab)
			if err != nil {
				return nil, err
			}
			requests, err := engine.Requests(ctx, lab)
			if err != nil {
				return nil, err
			}
			return observe.New(h, observe.Options{Requests: requests, Trust: trust, Certs: clients, Clock: now})
		},
	}, nil
}

// urge urges cards when a lab ends, and says which.
func urge(ctx context.Context, e *env) urgeFunc {
	return func(lab string, cards []string) error {
		var ids []string
		err := withStudy(ctx, e, func(s *study.Service) (err error) {
			ids, err = s.Urge(ctx, cards, "wrong in lab "+lab)
			return err
		})
		if err != nil {
			say(e.Stderr, fmt.Sprintf("urge cards: %v", err))
		} else if len(ids) > 0 {
			fmt.Fprintf(e.Stderr, "made due by wrong verdicts: %s (gatedrill review)\n", strings.Join(ids, ", "))
		}
		return err
	}
}
