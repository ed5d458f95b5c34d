//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/pod/launch"
)

// istiodPatience bounds how long a proxy is kept from starting without istiod.
const istiodPatience = 10 * time.Second

// becomeContainer builds the root the order describes and replaces this
// process with the program. It returns only to say what went wrong.
func becomeContainer() error {
	var c launch.Container
	if err := launch.Read(&c); err != nil {
		return err
	}
	if len(c.Argv) == 0 {
		return fmt.Errorf("the image has no command and the pod gives none")
	}
	if err := buildRoot(c); err != nil {
		return err
	}
	if err := enterRoot(c.Root); err != nil {
		return err
	}
	if c.Dir != "" {
		if err := os.MkdirAll(c.Dir, 0o755); err != nil {
			return fmt.Errorf("working directory: %w", err)
		}
		if err := os.Chdir(c.Dir); err != nil {
			return fmt.Errorf("working directory: %w", err)
		}
	}
	if c.WaitFor != "" {
		waitFor(c.WaitFor)
	}
	bin, err := find(c.Argv[0], c.Env)
	if err != nil {
		return err
	}
	return fmt.Errorf("exec %q: %w", bin, unix.Exec(bin, c.Argv, c.Env))
}

// find looks a command up on the PATH of the environment it will run with.
func find(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	path := ""
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, "PATH="); ok {
			path = v // the last one counts, as in a process
		}
	}
	for _, dir := range filepath.SplitList(path) {
		bin := filepath.Join(dir, name)
		if st, err := os.Stat(bin); err == nil && !st.IsDir() && unix.Access(bin, unix.X_OK) == nil {
			return bin, nil
		}
	}
	return "", fmt.Errorf("%q is not on PATH %s", name, path)
}

// waitFor returns when addr accepts a connection or patience ends. The agent
// and Envoy back off exponentially without istiod and lose up to 5 s that way;
// starting them later is faster. The socket is marked so that a sidecar does
// not wait for itself.
func waitFor(addr string) {
	d := net.Dialer{Timeout: time.Second, Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, launch.Mark)
		})
	}}
	for end := time.Now().Add(istiodPatience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := d.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return
		}
	}
}
