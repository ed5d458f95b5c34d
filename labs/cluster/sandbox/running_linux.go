package sandbox

import (
	"bytes"
	"cmp"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/labs/note"
)

// errInside refuses to end the sandbox from a shell that would end with it.
var errInside = errors.New("this shell runs inside the sandbox and would end with it: leave the shell first (exit), then run the command again")

// running finds the living daemon: by its record, or by who listens on its
// socket: when whoever started it was killed before it could write one, and
// from a learner's shell, whose processes are numbered anew.
func (b *Backend) running() (daemon, bool) {
	var d daemon
	if found, err := note.Read(b.recordFile(), &d); found && err == nil && d.alive() {
		return d, true
	}
	pid, err := listener(b.shellSocket())
	if err != nil {
		return daemon{}, false
	}
	if pid == 0 { // how the kernel numbers a process outside one's namespace
		d.PID, d.Ticks, d.CRDs, d.inside = 0, 0, cmp.Or(d.CRDs, "standard"), true
		return d, true
	}
	ticks, err := startTicks(pid)
	if err != nil {
		return daemon{}, false
	}
	return daemon{PID: pid, Ticks: ticks, CRDs: "standard"}, true
}

// listener returns the process that listens on a unix socket, 0 when it is not
// in this process's namespace.
func listener(socket string) (int, error) {
	c, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return 0, err
	}
	if failed != nil {
		return 0, failed
	}
	return int(cred.Pid), nil
}

// alive says whether the process is still that one. What /proc shows and
// cannot be signalled is another namespace's.
func (d daemon) alive() bool {
	ticks, err := startTicks(d.PID)
	return err == nil && ticks == d.Ticks && !errors.Is(unix.Kill(d.PID, 0), unix.ESRCH)
}

// startTicks reads when a process started. A zombie counts as ended.
func startTicks(pid int) (uint64, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(b, []byte(") ")) // the name before it may hold anything
	if i := bytes.LastIndex(b, []byte(") ")); i >= 0 {
		rest = b[i+2:]
	}
	f := strings.Fields(string(rest))
	const state, start = 0, 19 // fields 3 and 22 of proc(5)
	if len(f) <= start || f[state] == "Z" || f[state] == "X" {
		return 0, os.ErrProcessDone
	}
	return strconv.ParseUint(f[start], 10, 64)
}

// memory sums the anonymous memory of the daemon and all its descendants.
func (d daemon) memory() (processes int, anonymous int64) {
	if d.inside {
		return 0, 0
	}
	children := map[int][]int{}
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		pid, _ := strconv.Atoi(filepath.Base(p))
		children[parent(pid)] = append(children[parent(pid)], pid)
	}
	for todo := []int{d.PID}; len(todo) > 0; todo = todo[1:] {
		processes++
		anonymous += anonymousOf(todo[0])
		todo = append(todo, children[todo[0]]...)
	}
	return processes, anonymous
}

func parent(pid int) int { return int(procField(pid, "status", "PPid:")) }

func anonymousOf(pid int) int64 { return procField(pid, "smaps_rollup", "Anonymous:") << 10 }

// procField reads a number from a file of lines "Name:  12 kB".
func procField(pid int, file, name string) int64 {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), file))
	if err != nil {
		return 0 // it has ended
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == name {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n
		}
	}
	return 0
}
