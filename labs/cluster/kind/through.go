package kind

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// connect is run by bash on the node: it says "+" when the connection stands,
// then hands on bytes both ways. When either side ends, all of it ends.
const connect = `exec 3<>/dev/tcp/$0/$1 || exit 1; printf +; { cat <&3; kill 0; } & cat >&3; kill 0`

// throughNode opens a connection that a command on the node holds.
func throughNode(ctx context.Context, command func(context.Context, string, ...string) *exec.Cmd, host, port string) (net.Conn, error) {
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c := &nodeConn{cancel: cancel, addr: net.JoinHostPort(host, port), ended: make(chan struct{})}
	if err := c.start(command(life, "bash", "-c", connect, host, port)); err != nil {
		cancel()
		return nil, c.failed(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	var first [1]byte
	_, err := io.ReadFull(c.out, first[:])
	if !stop() { // ctx has ended
		return nil, c.failed(context.Cause(ctx))
	}
	if err != nil {
		<-c.ended
		_ = c.Close()
		return nil, c.failed(c.reason())
	}
	return c, nil
}

// nodeConn is a connection that a command holds: its standard input and
// output, as pipes, which have deadlines.
type nodeConn struct {
	in, out *os.File // in is what the command reads
	addr    string
	cancel  context.CancelFunc
	once    sync.Once

	ended chan struct{} // closed when the command has ended
	said  bytes.Buffer  // its standard error; read once ended is closed
	err   error         // how it ended
}

var _ net.Conn = (*nodeConn)(nil)

func (c *nodeConn) start(cmd *exec.Cmd) error {
	stdin, in, err := os.Pipe()
	if err != nil {
		return err
	}
	out, stdout, err := os.Pipe()
	if err != nil {
		return errors.Join(err, stdin.Close(), in.Close())
	}
	c.in, c.out = in, out
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, &c.said
	err = cmd.Start()
	stdin.Close() // the command has its own
	stdout.Close()
	if err != nil {
		return errors.Join(err, in.Close(), out.Close())
	}
	go func() {
		c.err = cmd.Wait()
		close(c.ended)
	}()
	return nil
}

func (c *nodeConn) failed(err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("%s: %w", c.addr, err)}
}

// reason is why there is no connection, in the words of bash on the node.
func (c *nodeConn) reason() error {
	said := c.said.String()
	for words, err := range map[string]error{
		"refused": syscall.ECONNREFUSED, "timed out": os.ErrDeadlineExceeded,
		"No route": syscall.EHOSTUNREACH, "unreachable": syscall.EHOSTUNREACH,
	} {
		if strings.Contains(said, words) {
			return err
		}
	}
	return fmt.Errorf("the node does not connect: %s (%w)", lastLine(said), c.err)
}

// Read tells a reset from an end: the command's own words say which it was.
func (c *nodeConn) Read(p []byte) (int, error) {
	n, err := c.out.Read(p)
	if n == 0 && errors.Is(err, io.EOF) {
		<-c.ended
		if strings.Contains(c.said.String(), "reset by peer") {
			return 0, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
		}
	}
	return n, err
}

func (c *nodeConn) Write(p []byte) (int, error) { return c.in.Write(p) }

// endsWithin is what the command gets to end by itself.
const endsWithin = time.Second

// Close ends the command: its input first, so that nothing is left running on
// the node.
func (c *nodeConn) Close() error {
	c.once.Do(func() {
		c.in.Close()
		c.out.Close()
		go func() {
			select {
			case <-c.ended:
			case <-time.After(endsWithin):
			}
			c.cancel()
		}()
	})
	return nil
}

func (c *nodeConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}
func (c *nodeConn) SetReadDeadline(t time.Time) error  { return c.out.SetReadDeadline(t) }
func (c *nodeConn) SetWriteDeadline(t time.Time) error { return c.in.SetWriteDeadline(t) }
func (c *nodeConn) LocalAddr() net.Addr                { return cluster.Address("node") }
func (c *nodeConn) RemoteAddr() net.Addr               { return cluster.Address(c.addr) }
