//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/pod/launch"
)

// session runs a learner's command as pid 1 of its own pid namespace, so that
// what was left running in the background ends with it.
func session() (int, error) {
	var s launch.Session
	if err := launch.Read(&s); err != nil {
		return 0, err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return 0, fmt.Errorf("make mounts private: %w", err)
	}
	// A masked /proc cannot be mounted anew; ps then shows the whole sandbox.
	_ = unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	bin, err := find(s.Argv[0], s.Env)
	if err != nil {
		return 0, err
	}
	cmd := &exec.Cmd{Path: bin, Args: s.Argv, Env: s.Env, Dir: s.Dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: s.Terminal}
	return supervise(cmd)
}

// supervise starts cmd on this process's own streams, passes signals on, reaps
// whatever else ends (it may be pid 1) and returns cmd's exit code.
func supervise(cmd *exec.Cmd) (int, error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGUSR1, unix.SIGQUIT)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // gone: Wait4 below is about to say so
		}
	}()
	for {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, 0, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("wait: %w", err)
		}
		if pid != cmd.Process.Pid {
			continue
		}
		if ws.Signaled() {
			return 128 + int(ws.Signal()), nil
		}
		return ws.ExitStatus(), nil
	}
}
