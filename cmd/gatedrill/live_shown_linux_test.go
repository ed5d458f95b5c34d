package main

import (
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/verify"
)

// TestLiveShown has the sandbox show what cards teach: a fact that the pinned
// versions contradict fails here.
func TestLiveShown(t *testing.T) {
	l := newLearner(t)
	l.clean()
	shared, problems := labfile.LoadShared(ownShared())
	worlds, bad := labfile.LoadShown(ownShared(), shared)
	for _, p := range append(problems, bad...) {
		t.Fatal(p)
	}
	c, err := openCluster(sandboxtest.Up(t), l.e.Now)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for i := range worlds {
		t.Run(worlds[i].ID, func(t *testing.T) {
			facts := 0
			v := &verify.Verifier{Cluster: c, World: shared.World, Read: meshOf, Now: l.e.Now, Dir: l.e.path("shell"), Report: func(line verify.Line) {
				if line.Part == verify.PartShown {
					facts++
				}
				if !line.OK {
					t.Errorf("%s: %s", line.Check, line.Why)
				}
			}}
			if ok, err := v.Shown(t.Context(), &worlds[i]); err != nil || !ok {
				t.Errorf("not all of it was shown: %v", err)
			}
			t.Logf("%d views and facts", facts)
		})
	}
	t.Logf("all of it took %s", time.Since(began).Round(time.Second))
}
