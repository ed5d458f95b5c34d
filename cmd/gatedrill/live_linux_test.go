package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// learner is a person at the command line of the tests' sandbox, with cards
// and attempts of their own.
type learner struct {
	t       *testing.T
	e       *env
	backend *sandbox.Backend
	out     bytes.Buffer
	errs    bytes.Buffer
}

func newLearner(t *testing.T) *learner {
	t.Helper()
	l := &learner{t: t, backend: sandboxtest.Backend(t)}
	l.e = &env{
		Stdin: strings.NewReader(""), Stdout: &l.out, Stderr: &l.errs, Now: time.Now, Home: t.TempDir(), Zone: time.UTC,
		Getenv:  func(string) string { return "" },
		backend: func(*env) (cluster.Backend, error) { return l.backend, nil },
		lab:     traceInLab,
	}
	return l
}

// try runs a command line and returns its exit code.
func (l *learner) try(args ...string) int {
	l.t.Helper()
	l.out.Reset()
	l.errs.Reset()
	ctx, cancel := context.WithTimeout(l.t.Context(), 25*time.Minute) // the programs may have to be built
	defer cancel()
	return run(ctx, l.e, args)
}

// must runs a command line that has to end with the given code.
func (l *learner) must(code int, args ...string) string {
	l.t.Helper()
	if got := l.try(args...); got != code {
		l.t.Fatalf("gatedrill %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, &l.out, &l.errs)
	}
	return l.out.String()
}

// view is the lab as `lab status --json` shows it.
func (l *learner) view() labs.View {
	l.t.Helper()
	var v labs.View
	if err := json.Unmarshal([]byte(l.must(0, "lab", "status", "--json")), &v); err != nil {
		l.t.Fatal(err)
	}
	return v
}

// clean takes out what a test that was cut short left in the sandbox.
func (l *learner) clean() {
	l.t.Helper()
	c, err := openCluster(sandboxtest.Up(l.t), l.e.Now)
	if err != nil {
		l.t.Fatal(err)
	}
	if _, err := c.World.Clear(l.t.Context()); err != nil && !errors.Is(err, fault.ErrNoLab) {
		l.t.Fatal(err)
	}
}

// begin starts a lab and puts it away again after the test.
func (l *learner) begin(id string) {
	l.t.Helper()
	l.clean()
	l.must(0, "lab", "start", id)
	l.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if code := run(ctx, l.e, []string{"lab", "reset"}); code != 0 && l.view().Phase != labs.PhaseIdle {
			l.t.Errorf("lab reset: exit code %d\n%s", code, &l.errs)
		}
	})
}

func TestLiveDemo(t *testing.T) {
	l := newLearner(t)
	l.clean()
	out := l.must(0, "demo")
	for _, want := range []string{"route        ✗", "✓ hosts        broken", "route        ✓", "all of it was seen"} {
		if !strings.Contains(out, want) {
			t.Errorf("the demo does not say %q:\n%s", want, out)
		}
	}
	if l.must(0, "lab", "list", "--json"); strings.Contains(l.out.String(), `"attempts": 1`) {
		t.Errorf("the demo counts as an attempt of the learner:\n%s", &l.out)
	}
}

// TestLiveLabs proves every lab: broken where it claims, solvable, not by a
// shortcut, and clean after reset. They come in another order each time, so that
// what one leaves behind is found out by any other; GATEDRILL_TEST_SEED repeats
// one. Together they leave the sandbox as the first one did.
func TestLiveLabs(t *testing.T) {
	l := newLearner(t)
	l.clean()
	list, _ := loadLabs(l.e)
	if len(list) < 5 {
		t.Fatalf("want five labs at least, got %d", len(list))
	}
	seed := time.Now().Unix()
	if text := os.Getenv("GATEDRILL_TEST_SEED"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatalf("GATEDRILL_TEST_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("the order of the labs is drawn: GATEDRILL_TEST_SEED=%d, or lab verify --all --shuffle %[1]d", seed)
	var tries seconds
	var first footprint
	for i, lab := range egressFirst(drawnBy(seed, list)) {
		t.Run(lab.ID, func(t *testing.T) { tries.prove(t, l.e, lab.ID) })
		if i == 0 {
			time.Sleep(settling)
			first = l.footprint()
		}
	}
	l.leftNothing(first)
}

// TestLiveByCommandLine works one lab from the first wrong verdict to solved.
func TestLiveByCommandLine(t *testing.T) {
	l := newLearner(t)
	l.begin("shop-is-gone")
	l.must(exitUnknown, "trace", "https://shop.example.com/cart")
	if strings.Contains(l.out.String(), "exmaple") || strings.Contains(l.out.String(), "✗") {
		t.Errorf("the trace gives the lab away:\n%s", &l.out)
	}
	l.must(exitUsage, "lab", "verdict", "hosts", "healthy") // out of order
	l.must(0, "lab", "answer", "capture", "nr")
	l.must(exitFailed, "lab", "verdict", "entry", "broken")
	if n := l.dueCards(); n != 0 {
		t.Errorf("%d cards are due while the lab is in progress", n)
	}
	for _, a := range [][]string{
		{"verdict", "entry", "healthy"}, {"answer", "entry", "1"},
		{"verdict", "listeners", "healthy"}, {"answer", "listeners", "8443"},
		{"verdict", "tls", "healthy"}, {"answer", "tls", "secret istio-system/shop-cert"},
		{"verdict", "hosts", "broken"}, {"answer", "hosts", "vs drill-shop/shop"},
		{"verdict", "destination", "off-path"}, {"answer", "destination", "yes"},
	} {
		l.must(0, append([]string{"lab"}, a...)...)
	}
	if v := l.view(); v.Phase != labs.PhaseFixing {
		t.Fatalf("after the diagnosis the phase is %s", v.Phase)
	}
	l.must(exitFailed, "lab", "check")
	l.must(0, "lab", "shell", "--", "kubectl", "-n", "drill-shop", "patch", "virtualservice", "shop", "--type=merge", "-p", `{"spec":{"hosts":["shop.example.com"]}}`)
	l.must(0, "lab", "check")
	if v := l.view(); v.Phase != labs.PhaseSolved || v.Debrief == "" {
		t.Errorf("after the fix the phase is %s, debrief of %d bytes", v.Phase, len(v.Debrief))
	}
	if n := l.dueCards(); n == 0 {
		t.Error("a wrong verdict made no card due when the lab was solved")
	}
	l.must(0, "trace", "https://shop.example.com/cart")
}

// dueCards counts the cards that are due, new ones left aside.
func (l *learner) dueCards() int {
	l.t.Helper()
	var due cards.Summary
	if err := json.Unmarshal([]byte(l.must(0, "due", "--json")), &due); err != nil {
		l.t.Fatal(err)
	}
	return due.Due + due.Learning
}

// TestLiveFixWithoutDiagnosis: a fix that comes before the diagnosis solves
// nothing, and the fault can be put back.
func TestLiveFixWithoutDiagnosis(t *testing.T) {
	l := newLearner(t)
	l.begin("shop-is-gone")
	l.must(0, "lab", "shell", "--", "kubectl", "-n", "drill-shop", "patch", "virtualservice", "shop", "--type=merge", "-p", `{"spec":{"hosts":["shop.example.com"]}}`)
	l.must(exitFailed, "lab", "check")
	if v := l.view(); v.Phase != labs.PhaseUnearned {
		t.Fatalf("want the phase unearned, got %s", v.Phase)
	}
	l.must(0, "lab", "start", "shop-is-gone")
	if v := l.view(); v.Phase != labs.PhaseDiagnosing {
		t.Errorf("with the fault put back the phase is %s", v.Phase)
	}
}

// TestLiveSandboxKilledInMidLab: the lab is found again as it was.
func TestLiveSandboxKilledInMidLab(t *testing.T) {
	l := newLearner(t)
	l.begin("shop-is-gone")
	l.must(0, "lab", "answer", "capture", "NR")
	s, err := l.backend.Status(t.Context())
	if err != nil || s.PID == 0 {
		t.Fatalf("status %+v, %v", s, err)
	}
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for gone := time.Now().Add(5 * time.Second); syscall.Kill(s.PID, 0) == nil && time.Now().Before(gone); {
		time.Sleep(10 * time.Millisecond)
	}
	if code := l.try("lab", "check"); code == 0 {
		t.Errorf("with the sandbox gone, lab check ends with 0:\n%s", &l.out)
	}
	began := time.Now()
	sandboxtest.Up(t)
	t.Logf("the sandbox was up again after %s", time.Since(began).Round(time.Millisecond))
	within(t, 30*time.Second, func() error {
		v := l.view()
		if v.Phase != labs.PhaseDiagnosing || !v.Steps[0].FindingRight || v.Capture.Code != 404 {
			return fmt.Errorf("phase %s, capture right %v, last answer %+v, trouble %q", v.Phase, v.Steps[0].FindingRight, v.Capture, v.Trouble)
		}
		return nil
	})
}

// TestLiveRefusedRequests: what a learner may ask for and cannot have.
func TestLiveRefusedRequests(t *testing.T) {
	l := newLearner(t)
	sandboxtest.Up(t)
	l.must(exitUsage, "lab", "start", "no-such-lab")
	if !strings.Contains(l.errs.String(), "no-such-lab") {
		t.Errorf("the error does not name the lab: %s", &l.errs)
	}
	l.must(exitUsage, "lab", "verdict", "hosts", "sick")
	l.must(exitFailed, "lab", "check")
}

// within repeats a check until it holds or time is up.
func within(t *testing.T, d time.Duration, check func() error) {
	t.Helper()
	for end := time.Now().Add(d); ; time.Sleep(200 * time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not within %s: %v", d, err)
		}
	}
}
