package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/labs/note"
)

// daemon is the sandbox's process as the host sees it. A process number alone
// may have gone to somebody else; with its start time it is one process.
type daemon struct {
	PID        int       `json:"pid"`
	Ticks      uint64    `json:"startTicks"` // since boot, from /proc
	Started    time.Time `json:"started"`
	CRDs       string    `json:"crds"`
	MeshConfig string    `json:"meshConfig,omitempty"`

	// inside: this process is in the sandbox itself, in a learner's shell, and
	// sees the daemon's sockets, but no process of it.
	inside bool
}

// start starts the daemon in namespaces of its own, detached from this
// process and its terminal. It inherits the locked file.
func (b *Backend) start(lock *os.File) (daemon, error) {
	d := daemon{Started: b.o.Now(), CRDs: b.o.CRDs, MeshConfig: b.o.MeshConfig}
	if d.CRDs == "" {
		d.CRDs = "standard"
	}
	if err := b.clearRun(); err != nil {
		return d, err
	}
	log, err := os.OpenFile(b.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return d, fmt.Errorf("start the sandbox: %w", err)
	}
	defer log.Close()
	args := []string{"daemon", "--dir", b.dir, "--programs", b.o.Programs.Dir, "--crds", d.CRDs}
	if d.MeshConfig != "" {
		args = append(args, "--mesh-config", d.MeshConfig)
	}
	cmd := exec.Command(filepath.Join(b.o.Programs.Dir, "gatedrill-sandbox"), args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Dir = b.dir
	cmd.Env = slices.DeleteFunc(slices.Clone(b.o.Environ), func(kv string) bool {
		k, _, _ := strings.Cut(kv, "=")
		return isProxy(k)
	})
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = namespaces()
	if err := cmd.Start(); err != nil {
		return d, fmt.Errorf("start the sandbox: %w", err)
	}
	go func() { _ = cmd.Wait() }() // reaps it while this process lives; the init process does later
	d.PID = cmd.Process.Pid
	if d.Ticks, err = startTicks(d.PID); err != nil {
		return d, fmt.Errorf("start the sandbox: it ended at once; the end of its log:\n%s", b.lastLog(8))
	}
	return d, b.record(d)
}

// namespaces are the daemon's own: it is root and process 1 in them, and
// nobody outside.
func namespaces() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS |
			syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		UidMappings:                []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings:                []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		GidMappingsEnableSetgroups: false,
		Setsid:                     true,
	}
}

// clearRun makes the run directory and removes what a daemon that was killed
// left there. Its log is kept under another name.
func (b *Backend) clearRun() error {
	if err := os.MkdirAll(b.run(""), 0o700); err != nil {
		return fmt.Errorf("make the sandbox's run directory: %w", err)
	}
	if err := os.Chmod(b.run(""), 0o700); err != nil {
		return fmt.Errorf("make the sandbox's run directory: %w", err)
	}
	if err := b.forget(); err != nil {
		return err
	}
	if err := os.Rename(b.logFile(), b.logFile()+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("put the last log aside: %w", err)
	}
	return nil
}

// forget removes what only a living daemon means.
func (b *Backend) forget() error {
	for _, path := range []string{b.statusFile(), b.recordFile(), b.apiSocket(), b.dialSocket(), b.shellSocket()} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("clear the sandbox's run directory: %w", err)
		}
	}
	return nil
}

// record remembers the daemon for other processes.
func (b *Backend) record(d daemon) error {
	if err := note.Write(b.recordFile(), d); err != nil {
		return fmt.Errorf("remember the sandbox's process: %w", err)
	}
	return nil
}

func (d daemon) signal(s syscall.Signal) error {
	if !d.alive() {
		return unix.ESRCH
	}
	return unix.Kill(d.PID, s)
}

// gone waits until the process has ended.
func (d daemon) gone(patience time.Duration) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if !d.alive() {
			return true
		}
	}
	return false
}

// checkPath refuses a directory whose sockets no program could open.
func (b *Backend) checkPath() error {
	const most = 107 // bytes in a unix socket's address
	if n := len(b.shellSocket()); n > most {
		return fmt.Errorf("the path %s is %d bytes long, and sockets allow %d; set GATEDRILL_HOME to a shorter one", b.shellSocket(), n, most)
	}
	return nil
}

// isProxy recognises the variables that send programs to a proxy outside,
// which nothing in the sandbox can reach.
func isProxy(name string) bool { return strings.HasSuffix(strings.ToLower(name), "_proxy") }
