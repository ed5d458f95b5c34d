package observe_test

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/trace"
)

var echo = labs.Request{Name: "main", From: "outside", URL: "http://echo.live.example.com/hello", Gateway: "observe-live/gw-istio"}

// live is the observer on a sandbox with one gateway and one workload.
type live struct {
	t      *testing.T
	handle *cluster.Handle
	obs    *observe.Observer
}

func newLive(t *testing.T) *live {
	l := &live{t: t, handle: sandboxtest.Up(t)}
	file, err := filepath.Abs("testdata/live.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l.kubectl("apply", "-f", file)
	// Whoever comes next must not find a namespace that is on its way out: it
	// would take the new objects with it.
	t.Cleanup(func() { l.kubectl("delete", "namespace", "observe-live") })
	l.obs, err = observe.New(l.handle, observe.Options{Requests: []labs.Request{echo}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.obs.Close)
	return l
}

func (l *live) kubectl(args ...string) {
	l.t.Helper()
	// Clean-up runs after the test's own context has ended.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.t.Context()), time.Minute)
	defer cancel()
	cmd, err := l.handle.Shell(ctx, cluster.Shell{Command: append([]string{"kubectl"}, args...), Dir: "/"})
	if err != nil {
		l.t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		l.t.Fatalf("kubectl %v: %v\n%s", args, err, out.String())
	}
}

func (l *live) hostname(host string) {
	l.t.Helper()
	l.kubectl("-n", "observe-live", "patch", "httproute", "echo", "--type=merge", "-p", `{"spec":{"hostnames":["`+host+`"]}}`)
}

// await waits until the watched path is as wanted, and returns how long it took.
func (l *live) await(what string, want func(labs.Path) bool) time.Duration {
	l.t.Helper()
	began, deadline := time.Now(), time.After(60*time.Second)
	for {
		s := l.obs.Snapshot()
		p := trace.Trace(echo, s)
		if want(p) {
			return time.Since(began)
		}
		select {
		case <-l.obs.Changed():
		case <-deadline:
			for _, r := range p.Layers() {
				l.t.Logf("%-12s %-9s %s", r.Layer, r.Verdict, r.Summary)
			}
			l.t.Fatalf("%s: not within a minute; answer %+v, missing %v", what, p.Answer, s.Missing)
		}
	}
}

func allHealthy(p labs.Path) bool {
	return !slices.ContainsFunc(p.Layers(), func(r labs.LayerReport) bool {
		return r.Verdict != labs.Healthy && r.Verdict != labs.OffPath
	})
}

func brokenRoute(p labs.Path) bool { return p.BrokenAt() == labs.LayerRoute && p.Answer.Code == 404 }

// TestLiveFollow: faults and fixes are seen by watch, a deleted gateway pod
// and a killed Envoy are named and heal by themselves.
func TestLiveFollow(t *testing.T) {
	l := newLive(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.obs.Run(ctx) }()
	defer func() { cancel(); <-done }()
	t.Logf("first healthy after %s", l.await("the healthy world", allHealthy))

	var broke, answered, fixed []time.Duration
	for range 5 {
		l.hostname("ehco.live.example.com")
		broke = append(broke, l.await("the fault", brokenRoute))
		l.hostname("echo.live.example.com")
		answer := l.await("the answer", func(p labs.Path) bool { return p.Answer.Code == 200 })
		answered = append(answered, answer)
		fixed = append(fixed, answer+l.await("the fix", func(p labs.Path) bool { return p.Answer.Code == 200 && allHealthy(p) }))
	}
	slices.Sort(broke)
	slices.Sort(answered)
	slices.Sort(fixed)
	t.Logf("after kubectl returned, medians: fault seen %v, 200 seen %v, path healthy %v", broke[2], answered[2], fixed[2])

	l.await("a log line for the answer", func(p labs.Path) bool { return p.Answer.Details == "via_upstream" })

	l.kubectl("-n", "observe-live", "delete", "pod", "-l", "gateway.networking.k8s.io/gateway-name=gw", "--wait=false")
	t.Logf("deleted gateway pod noticed after %s", l.await("the deleted pod", func(p labs.Path) bool { return !allHealthy(p) }))
	t.Logf("new gateway pod healthy after %s", l.await("the new pod", allHealthy))
}

// TestLiveFresh: one look is enough, and finds the log line of its own
// request.
func TestLiveFresh(t *testing.T) {
	l := newLive(t)
	deadline := time.Now().Add(60 * time.Second)
	for {
		s, err := l.obs.Fresh(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := trace.Trace(echo, s)
		if allHealthy(p) {
			if p.Answer.Details != "via_upstream" || p.Answer.LogLine == "" {
				t.Errorf("answer without its log line: %+v", p.Answer)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not healthy within a minute: %+v, missing %v", p.Layers(), s.Missing)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
