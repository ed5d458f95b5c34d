package kind

import (
	"context"
	"errors"
	"io"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// here runs commands in the node's place.
func here(t *testing.T) func(context.Context, string, ...string) *exec.Cmd {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the node's bash is played by the system's")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the node's bash is played by the system's: ", err)
	}
	return func(ctx context.Context, name string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.SysProcAttr = ownGroup() // as in a container
		cmd.WaitDelay = time.Second
		return cmd
	}
}

// server answers each connection by f, and returns its host and port.
func server(t *testing.T, f func(*net.TCPConn)) (host, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go f(c.(*net.TCPConn))
		}
	}()
	host, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

func TestThroughNodeHandsOnBothWays(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	host, port := server(t, func(c *net.TCPConn) {
		_, _ = io.Copy(c, c)
		close(gone)
	})
	c, err := throughNode(t.Context(), here(t), host, port)
	if err != nil {
		t.Fatal(err)
	}
	sent := strings.Repeat("0123456789abcdef", 64<<10) // 1 MiB, more than any pipe holds
	go func() { _, _ = io.WriteString(c, sent) }()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != sent {
		t.Errorf("the echo differs: %v", err)
	}
	if err := c.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := c.Read(got); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("a deadline ends in %v", err)
	}
	c.Close()
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("the far end does not see the close")
	}
}

func TestThroughNodeTellsHowItEnds(t *testing.T) {
	t.Parallel()
	host, port := server(t, func(c *net.TCPConn) {
		_, _ = io.WriteString(c, "bye")
		c.Close()
	})
	c, err := throughNode(t.Context(), here(t), host, port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := io.ReadAll(c); err != nil || string(got) != "bye" {
		t.Errorf("an end: %q, %v", got, err)
	}

	host, port = server(t, func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 1))
		_ = c.SetLinger(0)
		c.Close()
	})
	c, err = throughNode(t.Context(), here(t), host, port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "x")
	if _, err := io.ReadAll(c); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a reset: %v", err)
	}
}

func TestThroughNodeFails(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	began := time.Now()
	if _, err := throughNode(t.Context(), here(t), "127.0.0.1", port); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a closed port: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	silent := func(ctx context.Context, _ string, _ ...string) *exec.Cmd {
		return here(t)(ctx, "sleep", "60")
	}
	if _, err := throughNode(ctx, silent, "192.0.2.1", "80"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nobody answers: %v", err)
	}
	broken := func(ctx context.Context, _ string, _ ...string) *exec.Cmd {
		return here(t)(ctx, "sh", "-c", "echo 'no such container' >&2; exit 1")
	}
	if _, err := throughNode(t.Context(), broken, "192.0.2.1", "80"); err == nil || !strings.Contains(err.Error(), "no such container") {
		t.Errorf("no node: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("all of it took %s", took)
	}
}
