package cri

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	rt "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/terminal"
)

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// streams serves what the streaming server asks for.
type streams struct{ r *Runtime }

// startIn starts a command in a running container. prepare sets its streams,
// already inside: a terminal must come from the container's own /dev/pts, or
// the program there cannot name it.
func (r *Runtime) startIn(id string, argv []string, prepare func(*exec.Cmd) error) (*exec.Cmd, error) {
	c, s, err := r.get(id)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	running := c.state == rt.ContainerState_CONTAINER_RUNNING
	r.mu.Unlock()
	if !running || len(argv) == 0 {
		return nil, fmt.Errorf("container %s is not running, or there is no command", c.cfg.GetMetadata().GetName())
	}
	p, err := r.cfg.Programs.Find(c.cfg.GetImage().GetImage())
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{Args: argv, Dir: "/", Env: environment(c.cfg, s.cfg.Hostname, planFor(p, c.cfg).env)}
	if c.cfg.WorkingDir != "" {
		cmd.Dir = c.cfg.WorkingDir
	}
	err = within(c.cmd.Process.Pid, []namespace{netns, uts, ipc, pid, mnt}, func() error {
		if cmd.Path, err = lookPath(argv[0]); err != nil {
			return err
		}
		if err := prepare(cmd); err != nil {
			return err
		}
		return cmd.Start()
	})
	return cmd, err
}

// lookPath finds a command on this thread's file system.
func lookPath(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, dir := range filepath.SplitList(searchPath) {
		if bin := filepath.Join(dir, name); unix.Access(bin, unix.X_OK) == nil {
			return bin, nil
		}
	}
	return "", fmt.Errorf("exec: %q: executable file not found in $PATH", name)
}

// exitCode makes an exit status one that kubectl reports.
func exitCode(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return utilexec.CodeExitError{Err: exit, Code: exit.ExitCode()}
	}
	return err
}

// Exec runs a command for kubectl exec.
func (s streams) Exec(ctx context.Context, id string, argv []string, in io.Reader, out, errOut io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize) error {
	if tty {
		return s.execTerminal(ctx, id, argv, in, out, resize)
	}
	cmd, err := s.r.startIn(id, argv, func(c *exec.Cmd) error {
		c.Stdout, c.Stderr = out, errOut
		if in == nil {
			return nil
		}
		// Not c.Stdin: Wait would block on the client's next byte.
		p, err := c.StdinPipe()
		if err != nil {
			return err
		}
		go func() {
			_, _ = io.Copy(p, in) // either end may go first
			_ = p.Close()
		}()
		return nil
	})
	if err != nil {
		return err
	}
	return exitCode(cmd.Wait())
}

func (s streams) execTerminal(ctx context.Context, id string, argv []string, in io.Reader, out io.Writer, resize <-chan remotecommand.TerminalSize) error {
	var master, slave *os.File
	cmd, err := s.r.startIn(id, argv, func(c *exec.Cmd) (err error) {
		if master, slave, err = terminal.Open(); err != nil {
			return err
		}
		c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		c.Env = append(c.Env, "TERM=xterm")
		return nil
	})
	if slave != nil {
		_ = slave.Close()
	}
	if err != nil {
		if master != nil {
			_ = master.Close()
		}
		return err
	}
	defer master.Close()
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	go func() {
		for size := range resize {
			_ = terminal.Resize(master, size.Width, size.Height) // gone when the command is
		}
	}()
	if in != nil {
		go func() { _, _ = io.Copy(master, in) }()
	}
	_, _ = io.Copy(out, master) // ends with EIO when the last process closes the terminal
	return exitCode(cmd.Wait())
}

// Attach is not offered: a container's standard input is not kept open.
func (s streams) Attach(context.Context, string, io.Reader, io.WriteCloser, io.WriteCloser, bool, <-chan remotecommand.TerminalSize) error {
	return errors.New("the sandbox cannot attach to a container; use kubectl logs -f or kubectl exec")
}

// ExecSync runs a command for a probe or a life-cycle hook.
func (r *Runtime) ExecSync(_ context.Context, id string, argv []string, timeout time.Duration) (stdout, stderr []byte, err error) {
	var out, errOut bytes.Buffer
	cmd, err := r.startIn(id, argv, func(c *exec.Cmd) error {
		c.Stdout, c.Stderr, c.WaitDelay = &out, &errOut, time.Second
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if timeout > 0 {
		late := time.AfterFunc(timeout, func() { _ = cmd.Process.Kill() })
		err = cmd.Wait()
		if !late.Stop() {
			return out.Bytes(), errOut.Bytes(), status.Errorf(codes.DeadlineExceeded, "command %q timed out after %s", argv[0], timeout)
		}
	} else {
		err = cmd.Wait()
	}
	return out.Bytes(), errOut.Bytes(), exitCode(err)
}

// Exec tells the kubelet where kubectl exec is served.
func (r *Runtime) Exec(_ context.Context, q *rt.ExecRequest) (*rt.ExecResponse, error) {
	return r.stream.GetExec(q)
}

// Attach tells the kubelet where kubectl attach is served.
func (r *Runtime) Attach(_ context.Context, q *rt.AttachRequest) (*rt.AttachResponse, error) {
	return r.stream.GetAttach(q)
}
