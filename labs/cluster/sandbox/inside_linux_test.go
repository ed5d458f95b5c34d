package sandbox

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// insideHome is the data directory for the half of a test that runs in other
// namespaces, as a learner's shell does.
const insideHome = "GATEDRILL_TEST_INSIDE"

// TestSeenFromInside: the sandbox that a shell runs in is found running there,
// by a process that cannot see the daemon's, and is not ended from there.
func TestSeenFromInside(t *testing.T) {
	if home := os.Getenv(insideHome); home != "" {
		seenFromInside(t, New(Options{Home: home, Self: []string{"/bin/gatedrill", "sandbox"}}))
		return
	}
	b := short(t)
	l, err := net.Listen("unix", b.shellSocket())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	lock, err := b.lock(t.Context(), nil) // as the daemon does while it lives
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	d, _ := sleeper(t)
	d.CRDs = "experimental"
	if err := b.record(d); err != nil {
		t.Fatal(err)
	}
	write(t, b.statusFile(), `{"phase":"ready"}`)
	write(t, b.kubeconfig(), kubeconfig)
	cmd := exec.Command(os.Args[0], "-test.run=^TestSeenFromInside$", "-test.v")
	cmd.Env = append(os.Environ(), insideHome+"="+filepath.Dir(b.dir))
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		t.Skipf("this system forbids namespaces: %v", err)
	}
	if err != nil {
		t.Errorf("inside: %v\n%s", err, out)
	}
	if _, ok := b.running(); !ok {
		t.Error("the sandbox was ended from inside")
	}
}

const kubeconfig = `{"apiVersion":"v1","kind":"Config","current-context":"x",
"contexts":[{"name":"x","context":{"cluster":"x","user":"x"}}],
"clusters":[{"name":"x","cluster":{"server":"https://10.0.0.1"}}],"users":[{"name":"x","user":{}}]}`

func seenFromInside(t *testing.T, b *Backend) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	s, err := b.Status(ctx)
	if err != nil || s.State != cluster.Ready || !s.Inside || s.PID != 0 || s.CRDs != "experimental" {
		t.Errorf("status %+v, %v", s, err)
	}
	h, err := b.Up(ctx, func(cluster.Progress) {}) // found running, and nothing waited for
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Shell(ctx, cluster.Shell{}); err == nil || !strings.Contains(err.Error(), "inside the sandbox already") {
		t.Errorf("a shell in the shell: %v", err)
	}
	if _, err := h.Shell(ctx, cluster.Shell{Command: []string{"true"}}); err != nil {
		t.Errorf("a command: %v", err)
	}
	if h, err := b.Attach(ctx); err != nil || h == nil {
		t.Errorf("attach: %v", err)
	}
	for what, end := range map[string]func(context.Context) error{"stop": b.Down, "reset": b.Reset} {
		if err := end(ctx); !errors.Is(err, errInside) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
