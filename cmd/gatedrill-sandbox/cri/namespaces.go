package cri

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// namespace is a kind of namespace that a thread can join.
type namespace struct {
	name string // as in /proc/PID/ns
	flag int
}

var (
	uts   = namespace{"uts", unix.CLONE_NEWUTS}
	ipc   = namespace{"ipc", unix.CLONE_NEWIPC}
	netns = namespace{"net", unix.CLONE_NEWNET}
	pid   = namespace{"pid", unix.CLONE_NEWPID}
	mnt   = namespace{"mnt", unix.CLONE_NEWNS}
)

// within runs fn on an OS thread that has joined namespaces of a process. The
// thread is spent: it is never unlocked, and the Go runtime ends it.
func within(process int, kinds []namespace, fn func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		// The main thread cannot be ended, and /proc/self shows its namespaces:
		// hold it here and use another one.
		if unix.Gettid() == os.Getpid() {
			done <- within(process, kinds, fn)
			runtime.UnlockOSThread()
			return
		}
		done <- join(process, kinds, fn)
	}()
	return <-done
}

func join(process int, kinds []namespace, fn func() error) error {
	fds := make([]int, 0, len(kinds))
	for _, k := range kinds { // all of them before the first setns: mnt changes /proc
		fd, err := unix.Open(fmt.Sprintf("/proc/%d/ns/%s", process, k.name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("%s namespace of process %d: %w", k.name, process, err)
		}
		defer unix.Close(fd)
		fds = append(fds, fd)
	}
	for i, k := range kinds {
		if k == mnt { // needs a root and working directory of its own
			if err := unix.Unshare(unix.CLONE_FS); err != nil {
				return fmt.Errorf("unshare: %w", err)
			}
		}
		if err := unix.Setns(fds[i], k.flag); err != nil {
			return fmt.Errorf("join the %s namespace of process %d: %w", k.name, process, err)
		}
	}
	return fn()
}
