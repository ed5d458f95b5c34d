package sandbox

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// sleeper is a process that stands in for the daemon.
func sleeper(t *testing.T) (daemon, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	ticks, err := startTicks(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return daemon{PID: cmd.Process.Pid, Ticks: ticks, CRDs: "standard"}, cmd
}

func TestRunningBelievesOnlyTheSameProcess(t *testing.T) {
	b := short(t)
	if _, ok := b.running(); ok {
		t.Fatal("running before anything was started")
	}
	d, cmd := sleeper(t)
	other := d
	other.Ticks++ // the number went to another process
	if err := b.record(other); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.running(); ok {
		t.Error("another process was taken for the daemon")
	}
	if err := b.record(d); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.running(); !ok {
		t.Error("the daemon was not found")
	}
	_ = cmd.Process.Kill()
	if !d.gone(5 * time.Second) { // a zombie now: nobody has waited for it
		t.Error("a zombie counts as alive")
	}
}

func TestRunningFindsADaemonWithoutRecord(t *testing.T) {
	b := short(t)
	l, err := net.Listen("unix", b.shellSocket())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d, ok := b.running()
	if !ok || d.PID != os.Getpid() {
		t.Errorf("got %+v, %v", d, ok)
	}
}

func TestStatusOfADaemonThatDied(t *testing.T) {
	b := short(t)
	s, err := b.Status(t.Context())
	if err != nil || s.State != cluster.Off {
		t.Errorf("never started: %+v, %v", s, err)
	}
	write(t, b.statusFile(), `{"phase":"ready","phases":[{"name":"api","ms":1400}]}`)
	s, err = b.Status(t.Context())
	if err != nil || s.State != cluster.Failed || !strings.Contains(s.Error, "without being stopped") || !strings.Contains(s.Next, "gatedrill cluster up") {
		t.Errorf("ready, but dead: %+v, %v", s, err)
	}
	if _, err := b.Attach(t.Context()); !errors.Is(err, cluster.ErrNotRunning) || !errors.Is(err, cluster.ErrEnded) {
		t.Errorf("attach: %v", err)
	}
	d, _ := sleeper(t)
	if err := b.record(d); err != nil {
		t.Fatal(err)
	}
	s, err = b.Status(t.Context())
	if err != nil || s.State != cluster.Ready || s.PID != d.PID || s.Processes != 1 {
		t.Errorf("alive: %+v, %v", s, err)
	}
	if err := b.Down(t.Context()); err != nil {
		t.Error(err)
	}
	if s, err = b.Status(t.Context()); err != nil || s.State != cluster.Off {
		t.Errorf("stopped: %+v, %v", s, err)
	}
	if _, err := b.Attach(t.Context()); !errors.Is(err, cluster.ErrNotRunning) || errors.Is(err, cluster.ErrEnded) {
		t.Errorf("attach once stopped: %v", err)
	}
}

func TestFollowReportsWhyItFailed(t *testing.T) {
	b := short(t)
	d, cmd := sleeper(t)
	write(t, b.statusFile(), `{"phase":"failed","error":"port taken"}`)
	if err := b.follow(t.Context(), d, func(cluster.Progress) {}); err == nil || !strings.Contains(err.Error(), "port taken") {
		t.Errorf("failed: %v", err)
	}
	write(t, b.statusFile(), `{"phase":"etcd"}`)
	write(t, b.logFile(), "first line\npanic: no\n")
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := b.follow(t.Context(), d, func(cluster.Progress) {}); err == nil || !strings.Contains(err.Error(), "panic: no") {
		t.Errorf("dead: %v", err)
	}
}

// Who waits for a start is told that somebody stopped it, not the end of a log.
func TestFollowOfASandboxThatIsStopped(t *testing.T) {
	b := short(t)
	d, cmd := sleeper(t)
	if err := b.record(d); err != nil {
		t.Fatal(err)
	}
	write(t, b.statusFile(), `{"phase":"etcd"}`)
	write(t, b.logFile(), "first line\n")
	followed := make(chan error)
	go func() { followed <- b.follow(t.Context(), d, func(cluster.Progress) {}) }()
	go func() { _ = cmd.Wait() }()
	if err := b.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-followed; err == nil || !strings.Contains(err.Error(), "was stopped by another program") || strings.Contains(err.Error(), "first line") {
		t.Errorf("got %v", err)
	}
	other := d
	other.Ticks++
	if b.wasStopped(other) {
		t.Error("a later sandbox counts as stopped too")
	}
}

// While the sandbox starts, its status names what is waited for; when it
// failed, the failure and what to do next, also in the moment before it ends.
func TestStatusOfAStart(t *testing.T) {
	b := short(t)
	d, _ := sleeper(t)
	if err := b.record(d); err != nil {
		t.Fatal(err)
	}
	write(t, b.statusFile(), `{"phase":"api","waiting":"Get \"https://127.0.0.1:6443/readyz?exclude=x\": dial tcp: refused"}`)
	s, err := b.Status(t.Context())
	if err != nil || s.State != cluster.Starting || s.Waiting != "the API server's first answer" {
		t.Errorf("starting: %+v, %v", s, err)
	}
	if got := b.State(t.Context()); got.Detail != "api: the API server's first answer" {
		t.Errorf("starting: %+v", got)
	}
	write(t, b.statusFile(), `{"phase":"failed","error":"port taken"}`)
	s, err = b.Status(t.Context())
	if err != nil || s.State != cluster.Failed || s.Error != "port taken" || !strings.Contains(s.Next, "gatedrill sandbox logs") || s.Phase != "" {
		t.Errorf("failed: %+v, %v", s, err)
	}
	if _, err := b.Attach(t.Context()); !errors.Is(err, cluster.ErrNotRunning) || !strings.Contains(err.Error(), "port taken") {
		t.Errorf("attach: %v", err)
	}
}

func TestLockWaitsForTheOtherStarter(t *testing.T) {
	b := short(t)
	first, err := b.lock(t.Context(), nil)
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
	defer cancel()
	said := ""
	if _, err := b.lock(ctx, func(p cluster.Progress) { said = p.Waiting }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("locked twice: %v", err)
	}
	if !strings.Contains(said, "another gatedrill") {
		t.Errorf("said %q", said)
	}
	d, _ := sleeper(t)
	if err := b.record(d); err != nil {
		t.Fatal(err)
	}
	if f, err := b.lock(t.Context(), nil); f != nil || err != nil {
		t.Errorf("while it runs: %v, %v", f, err)
	}
	first.Close()
}

func TestResetKeepsGivenPrograms(t *testing.T) {
	b := short(t)
	write(t, b.ownPrograms(), "{}")
	write(t, b.dir+"/etcd/member/db", "x")
	if err := os.Chmod(b.dir+"/etcd/member", 0o500); err != nil {
		t.Fatal(err)
	}
	if err := b.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.dir + "/etcd"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data is still there: %v", err)
	}
	if _, err := os.Stat(b.ownPrograms()); err != nil {
		t.Error(err)
	}
}

func TestLongPathsAreRefused(t *testing.T) {
	b := New(Options{Home: "/" + strings.Repeat("x", 100)})
	if _, err := b.Up(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "GATEDRILL_HOME") {
		t.Errorf("got %v", err)
	}
}
