//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// mark runs a command whose IPv4 and IPv6 sockets all carry SO_MARK args[0],
// without its help: a seccomp filter hands each socket(2) to a supervisor here,
// which makes the socket in the same network namespace, marks it and injects
// it. That replaces Istio's "owner --uid-owner 1337", which needs a second
// mapped uid.
func mark(args []string) (int, error) {
	if len(args) < 2 {
		return 0, fmt.Errorf("want a mark and a command")
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return 0, fmt.Errorf("mark %q: %w", args[0], err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("socket pair: %w", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "listener")
	cmd := exec.Command("/proc/self/exe", append([]string{"marked"}, args[1:]...)...)
	cmd.ExtraFiles = []*os.File{theirs}
	failed := make(chan error, 1)
	go func() {
		listener, err := receive(pair[0])
		if err != nil {
			failed <- err
			return
		}
		markSockets(listener, n)
	}()
	code, err := supervise(cmd)
	select {
	case lost := <-failed: // the command never ran, or ran without a supervisor
		return code, lost
	default:
		return code, err
	}
}

// receive takes the filter's listener from the child.
func receive(sock int) (int, error) {
	b, oob := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(sock, b, oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return 0, fmt.Errorf("receive the filter's listener: %w", err)
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(msgs) != 1 {
		return 0, fmt.Errorf("receive the filter's listener: %d messages: %w", len(msgs), err)
	}
	fds, err := unix.ParseUnixRights(&msgs[0])
	if err != nil {
		return 0, fmt.Errorf("receive the filter's listener: %w", err)
	}
	return fds[0], nil
}

// becomeMarked is the child of mark: it installs the filter, sends its
// listener over descriptor 3 and becomes the command.
func becomeMarked(argv []string) error {
	runtime.LockOSThread() // the filter belongs to the thread that execs
	listener, err := filterSockets()
	if err != nil {
		return err
	}
	if err := unix.Sendmsg(3, []byte{0}, unix.UnixRights(listener), nil, 0); err != nil {
		return fmt.Errorf("send the filter's listener: %w", err)
	}
	for _, fd := range []int{listener, 3} {
		if err := unix.Close(fd); err != nil {
			return err
		}
	}
	bin, err := find(argv[0], os.Environ())
	if err != nil {
		return err
	}
	return fmt.Errorf("exec %q: %w", bin, unix.Exec(bin, argv, os.Environ()))
}
