//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// notification, addFD and response are the kernel's struct seccomp_notif,
// seccomp_notif_addfd and seccomp_notif_resp (seccomp_unotify(2)).
type notification struct {
	ID         uint64
	Pid, Flags uint32
	Nr         int32
	Arch       uint32
	IP         uint64
	Args       [6]uint64
}

type addFD struct {
	ID                            uint64
	Flags, SrcFD, NewFD, NewFlags uint32
}

type response struct {
	ID    uint64
	Val   int64
	Error int32
	Flags uint32
}

// filterSockets makes this thread's socket(AF_INET|AF_INET6) calls ask the
// returned listener.
func filterSockets() (int, error) {
	const (
		load = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		is   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		ret  = unix.BPF_RET | unix.BPF_K
	)
	prog := []unix.SockFilter{
		{Code: load, K: 0}, // struct seccomp_data: nr
		{Code: is, K: uint32(unix.SYS_SOCKET), Jt: 0, Jf: 4},
		{Code: load, K: 16}, // args[0], low half
		{Code: is, K: unix.AF_INET, Jt: 1, Jf: 0},
		{Code: is, K: unix.AF_INET6, Jt: 0, Jf: 1},
		{Code: ret, K: unix.SECCOMP_RET_USER_NOTIF},
		{Code: ret, K: unix.SECCOMP_RET_ALLOW},
	}
	fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("no_new_privs: %w", err)
	}
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return 0, fmt.Errorf("seccomp filter: %w", errno)
	}
	return int(fd), nil
}

// markSockets answers the filter until its last process is gone.
func markSockets(listener, mark int) {
	// Go's preemption signal would interrupt NOTIF_ADDFD half-way (EINPROGRESS
	// on the retry, and the target's socket() fails): block it on this thread.
	runtime.LockOSThread()
	var set unix.Sigset_t
	set.Val[0] = 1 << (uint(unix.SIGURG) - 1)
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &set, nil); err != nil {
		fmt.Fprintln(os.Stderr, "gatedrill-pod mark: block SIGURG:", err)
	}
	for {
		var n notification
		err := ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n))
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.ENOENT):
			continue // ENOENT: the caller was interrupted before we received it
		case err != nil:
			return
		}
		answer(listener, mark, n)
	}
}

// answer makes the socket the caller asked for, marked, in the caller's place.
func answer(listener, mark int, n notification) {
	s, err := unix.Socket(int(n.Args[0]), int(n.Args[1])|unix.SOCK_CLOEXEC, int(n.Args[2]))
	if err != nil {
		var errno unix.Errno
		if !errors.As(err, &errno) {
			errno = unix.EINVAL
		}
		r := response{ID: n.ID, Error: -int32(errno)}
		_ = ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)) // ENOENT: the caller is gone
		return
	}
	defer unix.Close(s)
	if err := unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_MARK, mark); err != nil {
		fmt.Fprintln(os.Stderr, "gatedrill-pod mark: SO_MARK:", err)
	}
	a := addFD{ID: n.ID, Flags: unix.SECCOMP_ADDFD_FLAG_SEND, SrcFD: uint32(s), NewFlags: uint32(n.Args[1] & unix.SOCK_CLOEXEC)}
	if err := ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_ADDFD, unsafe.Pointer(&a)); err != nil && !errors.Is(err, unix.ENOENT) {
		fmt.Fprintln(os.Stderr, "gatedrill-pod mark: inject socket:", err)
	}
}

func ioctl(fd int, req uintptr, p unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), req, uintptr(p)); errno != 0 {
		return errno
	}
	return nil
}
