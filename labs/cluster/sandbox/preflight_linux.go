package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Preflight says what in this system forbids the sandbox, each with the
// command that allows it; nothing when it can run. It changes nothing. self
// is Options.Self.
func Preflight(ctx context.Context, self []string) []Problem {
	if problems := limits("/proc/sys/user"); len(problems) > 0 {
		return problems // a trial would only fail by them
	}
	failure := trial(ctx, self)
	if failure == nil {
		return nil
	}
	return explain(failure, "/proc")
}

// limits finds kinds of namespaces that may not be made at all.
func limits(dir string) []Problem {
	var out []Problem
	for _, kind := range []string{"user", "net", "mnt", "pid", "uts", "ipc"} {
		name := "max_" + kind + "_namespaces"
		if n, ok := sysctl(filepath.Join(dir, name)); ok && n == 0 {
			out = append(out, Problem{
				Setting: "user." + name + " = 0",
				What:    "no " + kind + " namespaces may be made",
				Fix:     "sudo sysctl -w user." + name + "=15000",
			})
		}
	}
	return out
}

func sysctl(path string) (int64, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false // this kernel does not have it
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}

// explain names the settings that are known to make a trial fail as it did.
func explain(failure error, proc string) []Problem {
	var out []Problem
	if n, ok := sysctl(filepath.Join(proc, "sys/kernel/unprivileged_userns_clone")); ok && n == 0 {
		out = append(out, Problem{
			Setting: "kernel.unprivileged_userns_clone = 0",
			What:    "users may not make user namespaces",
			Fix:     "sudo sysctl -w kernel.unprivileged_userns_clone=1",
		})
	}
	if n, ok := sysctl(filepath.Join(proc, "sys/kernel/apparmor_restrict_unprivileged_userns")); ok && n != 0 {
		out = append(out, Problem{
			Setting: "kernel.apparmor_restrict_unprivileged_userns = " + strconv.FormatInt(n, 10),
			What:    "AppArmor takes all rights away inside user namespaces",
			Fix:     "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
		})
	}
	if filtered(filepath.Join(proc, "self/status")) {
		out = append(out, Problem{
			Setting: "seccomp filter of a container",
			What:    "the container forbids new namespaces",
			Fix:     "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined …",
		})
	}
	for i := range out {
		out[i].What += " (" + failure.Error() + ")"
	}
	if len(out) == 0 {
		out = []Problem{{
			Setting: "namespaces",
			What:    "a trial failed: " + failure.Error(),
			Fix:     "allow unprivileged user namespaces on this system, or run labs on another backend",
		}}
	}
	return out
}

// filtered says whether this process runs under a seccomp filter, as
// containers do.
func filtered(status string) bool {
	b, err := os.ReadFile(status)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == "Seccomp:" {
			return f[1] == "2"
		}
	}
	return false
}

// trial makes the daemon's namespaces around this program's probe command.
func trial(ctx context.Context, self []string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, self[0], append(slices.Clone(self[1:]), "probe")...)
	cmd.SysProcAttr = namespaces()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("make namespaces: %w", err)
	}
	err := cmd.Wait()
	var answer struct{ Failed string }
	if json.Unmarshal(out.Bytes(), &answer) == nil && answer.Failed != "" {
		return errors.New(answer.Failed)
	}
	if err != nil {
		return fmt.Errorf("run a program in namespaces: %w: %s", err, strings.TrimSpace(out.String()))
	}
	return nil
}

// Probe is what the hidden `sandbox probe` command does inside the trial's
// namespaces: a little of everything the daemon needs rights for. It prints
// what failed.
//
// It works in further namespaces of one thread, so that it changes nothing
// even when root runs it by hand, outside of any trial.
func Probe(out *os.File) int {
	err := privileged()
	if err == nil {
		return 0
	}
	_ = json.NewEncoder(out).Encode(struct{ Failed string }{err.Error()})
	return 1
}

func privileged() error {
	runtime.LockOSThread() // and never unlocked: the thread ends with the process
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("make namespaces in a user namespace: %w", err)
	}
	if err := unix.Sethostname([]byte("gatedrill")); err != nil {
		return fmt.Errorf("set a host name in a user namespace: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private in a user namespace: %w", err)
	}
	if err := unix.Mount("tmpfs", "/tmp", "tmpfs", 0, ""); err != nil {
		return fmt.Errorf("mount a tmpfs in a user namespace: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc in a user namespace: %w", err)
	}
	return loopbackUp()
}

// loopbackUp switches lo on, as ip link set lo up does.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open a socket in a network namespace: %w", err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	req.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req); err != nil {
		return fmt.Errorf("configure a network namespace: %w", err)
	}
	return nil
}
