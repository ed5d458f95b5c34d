package run

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// refusedErr is what a client makes of an API server that is no more.
func refusedErr() error {
	return &url.Error{Op: "Patch", URL: "https://127.0.0.1:6443/apis", Err: errors.New("dial unix api.sock: connect: connection refused")}
}

// plain says that words are one line, and name no socket.
func (b *bench) plain(words string) {
	b.Helper()
	if words == "" || strings.Contains(words, "\n") || strings.Contains(words, "6443") || strings.Contains(words, "socket") {
		b.Errorf("not one plain line: %q", words)
	}
	if !strings.Contains(words, "gatedrill cluster up") {
		b.Errorf("does not say what next: %q", words)
	}
}

func TestClusterEndsDuringAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.api.Refuse("istiod", refusedErr())
		b.api.Refuse("istio-ingressgateway", refusedErr())
		b.must(b.service.Start(t.Context(), "typo"))
		b.plain(b.wait(labs.PhaseFailed).Trouble)
		b.service.Close()
	})
}

// While a healthy answer is waited for, a cluster that fell silent is not
// waited for to the end.
func TestClusterFallsSilentDuringAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		look := b.seen.Look
		b.seen.Look = func() snapshot.Snapshot {
			s := look()
			s.Answers = nil
			s.Missing = map[string]string{"Deployment": "x: refused", "Service": "x: refused", "Pod": "x: refused"}
			return s
		}
		b.config.HealthyWithin = time.Hour
		b.service = New(b.config)
		began := time.Now()
		b.must(b.service.Start(t.Context(), "typo"))
		b.plain(b.wait(labs.PhaseFailed).Trouble)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
		b.service.Close()
	})
}

func TestClusterEndsDuringAReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.service.Close()
		b.lost = refusedErr()
		err := b.service.Reset(t.Context())
		if !errors.Is(err, cluster.ErrNoAnswer) {
			t.Fatalf("reset: %v", err)
		}
		b.plain(err.Error())
		b.lost = nil
		b.must(b.service.Reset(t.Context()))
		if v := b.service.View(); v.Phase != labs.PhaseIdle {
			t.Errorf("after the second reset: %s", v.Phase)
		}
	})
}
