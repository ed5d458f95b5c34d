package kind

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"sigs.k8s.io/kind/pkg/cluster/nodes"
)

// dialer reaches the cluster's network. Addresses of the engine's network are
// dialled directly where this machine has a way to them; everything else, and
// all of it on macOS, in a VM or rootless, goes through the node.
type dialer struct {
	node   nodes.Node
	room   netip.Prefix
	direct bool // room can be reached from here
	dns    string
}

// routable says whether an address of the engine's network answers from here;
// a refusal is an answer.
func routable(ctx context.Context, a netip.Addr) bool {
	d := net.Dialer{Timeout: 500 * time.Millisecond}
	c, err := d.DialContext(ctx, "tcp", netip.AddrPortFrom(a, 6443).String())
	if err == nil {
		c.Close()
	}
	return err == nil || errors.Is(err, syscall.ECONNREFUSED)
}

// dial opens a connection; names are resolved by the cluster's DNS.
func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil, fmt.Errorf("dial %s in kind: network %q is not tcp", addr, network)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("dial in kind: %w", err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		if ip, err = d.resolve(ctx, host); err != nil {
			return nil, err
		}
	}
	if d.direct && d.room.Contains(ip) {
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(ip.String(), port))
	}
	return throughNode(ctx, d.node, ip.String(), port)
}

func (d *dialer) resolve(ctx context.Context, host string) (netip.Addr, error) {
	r := net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return throughNode(ctx, d.node, d.dns, "53")
	}}
	list, err := r.LookupNetIP(ctx, "ip4", strings.TrimSuffix(host, ".")+".")
	if err != nil {
		return netip.Addr{}, fmt.Errorf("dial in kind: %w", err)
	}
	return list[0].Unmap(), nil
}

// connect is run by bash on the node: it says "+" when the connection stands,
// then hands on bytes both ways. When either side ends, all of it ends.
const connect = `exec 3<>/dev/tcp/$0/$1 || exit 1; printf +; { cat <&3; kill 0; } & cat >&3; kill 0`

// throughNode opens a connection from a node.
func throughNode(ctx context.Context, n nodes.Node, host, port string) (net.Conn, error) {
	here, there := net.Pipe()
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c := &nodeConn{Conn: here, cancel: cancel, addr: net.JoinHostPort(host, port), ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		c.failed = n.CommandContext(run, "bash", "-c", connect, host, port).SetStdin(there).SetStdout(there).SetStderr(&c.said).Run()
		there.Close()
	}()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	var first [1]byte
	_, err := io.ReadFull(here, first[:])
	if !stop() { // ctx has ended
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("%s: %w", c.addr, context.Cause(ctx))}
	}
	if err != nil {
		<-c.ended
		err := c.reason()
		_ = c.Close()
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("%s: %w", c.addr, err)}
	}
	return c, nil
}

// nodeConn is a connection that a command on a node holds.
type nodeConn struct {
	net.Conn
	addr   string
	cancel context.CancelFunc
	once   sync.Once

	ended  chan struct{}
	failed error
	said   bytes.Buffer // standard error; read once ended is closed
}

// Read tells a reset from an end: the command's own words say which it was.
func (c *nodeConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n == 0 && errors.Is(err, io.EOF) {
		<-c.ended
		if strings.Contains(c.said.String(), "reset by peer") {
			return 0, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
		}
	}
	return n, err
}

// reason is why there is no connection.
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
	return fmt.Errorf("the node does not connect: %s", lastLine(said+fmt.Sprint(" ", c.failed)))
}

// Close ends the command; its standard input ends first, so that nothing is
// left running on the node.
func (c *nodeConn) Close() error {
	c.once.Do(func() {
		c.Conn.Close()
		go func() {
			select {
			case <-c.ended:
			case <-time.After(time.Second):
			}
			c.cancel()
		}()
	})
	return nil
}

func (c *nodeConn) RemoteAddr() net.Addr { return named(c.addr) }

type named string

func (named) Network() string  { return "tcp" }
func (n named) String() string { return string(n) }
