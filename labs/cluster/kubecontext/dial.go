package kubecontext

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
	"github.com/gatedrill/gatedrill/labs/portforward"
)

// dialer reaches the cluster's network. Addresses of load balancers are
// dialled directly where they answer from here; everything else goes through
// the relay, which dials as a pod does: through Services, never past them.
type dialer struct {
	client dynamic.Interface
	spaces []string // whose Services' addresses are known
	direct bool
	tunnel interface{ Dial() (net.Conn, error) } // to the relay
	broken func()                                // told when the relay cannot be reached
	now    func() time.Time

	mu     sync.Mutex
	known  map[netip.Addr]bool // of load balancers
	looked time.Time
}

// lookEvery bounds how often Services are listed for an unknown address.
const lookEvery = 2 * time.Second

var _ interface{ Dial() (net.Conn, error) } = (*portforward.Tunnel)(nil)

// statusPort is where Istio's gateways say that they are ready.
const statusPort = 15021

// routable says whether the gateway itself answers from here: Envoy, on its
// status port. That a connection opens says little: a proxy on the way opens
// all of them, and private addresses belong to somebody in every network.
// Where it is not proved the relay is taken, which is right everywhere.
func routable(ctx context.Context, at netip.AddrPort) bool {
	h := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}} // no proxy
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at.String()+"/healthz/ready", nil)
	if err != nil {
		return false
	}
	resp, err := h.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.Header.Get("Server") == "envoy" || resp.Header.Get("X-Envoy-Upstream-Service-Time") != ""
}

// dial opens a connection; names are resolved by the cluster's DNS.
func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil, fmt.Errorf("dial %s in the cluster: network %q is not tcp", addr, network)
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("dial in the cluster: %w", err)
	}
	if ip, err := netip.ParseAddr(host); err == nil && d.direct && d.balanced(ctx, ip.Unmap()) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	c, err := d.relayed(ctx, addr)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("%s: %w", addr, err)}
	}
	return c, nil
}

// balanced says whether an address is a load balancer's.
func (d *dialer) balanced(ctx context.Context, a netip.Addr) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known[a] || d.now().Sub(d.looked) < lookEvery {
		return d.known[a]
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	known := map[netip.Addr]bool{}
	for _, ns := range d.spaces {
		list, err := d.client.Resource(core("services")).Namespace(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return d.known[a] // as it was; the relay reaches it too
		}
		for i := range list.Items {
			for _, x := range cluster.LoadBalanced(&list.Items[i]) {
				known[x] = true
			}
		}
	}
	d.known, d.looked = known, d.now()
	return known[a]
}

// relayed opens a connection through the relay. A forwarded stream knows
// neither contexts nor deadlines, so the wait for it ends apart from it.
func (d *dialer) relayed(ctx context.Context, addr string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result, 1)
	left := make(chan struct{})
	defer close(left)
	go func() {
		c, err := d.connect(addr, left)
		done <- result{c, err}
	}()
	select {
	case r := <-done:
		return r.conn, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.conn != nil {
				r.conn.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// connect asks the relay; it gives up when nobody waits any more.
func (d *dialer) connect(addr string, left <-chan struct{}) (net.Conn, error) {
	far, err := d.tunnel.Dial()
	if err != nil {
		d.broken()
		return nil, fmt.Errorf("reach the relay: %w", err)
	}
	answered := make(chan struct{})
	defer close(answered)
	go func() {
		select {
		case <-left:
			select {
			case <-answered:
			default:
				far.Close()
			}
		case <-answered:
		}
	}()
	id := rand.Text()
	if _, err := fmt.Fprintf(far, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nRelay-Id: %s\r\n\r\n", addr, addr, id); err != nil {
		far.Close()
		return nil, fmt.Errorf("ask the relay: %w", err)
	}
	r := bufio.NewReader(far)
	resp, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	if err != nil {
		far.Close()
		return nil, fmt.Errorf("ask the relay: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return d.piped(far, r, addr, id), nil
	}
	defer far.Close()
	var why struct{ Reason, Message string }
	if err := json.NewDecoder(io.LimitReader(resp.Body, 4<<10)).Decode(&why); err != nil {
		return nil, fmt.Errorf("ask the relay: %s", resp.Status)
	}
	return nil, refusal.Error(why.Reason, why.Message)
}

// relayedConn is a connection through the relay, with deadlines.
type relayedConn struct {
	net.Conn // our end of a pipe
	far      net.Conn
	addr     string
	ended    func() string // how, as the relay saw it
	once     sync.Once
}

func (d *dialer) piped(far net.Conn, r *bufio.Reader, addr, id string) net.Conn {
	here, there := net.Pipe()
	c := &relayedConn{Conn: here, far: far, addr: addr, ended: func() string { return d.ended(id) }}
	go func() {
		_, _ = io.Copy(far, there)
		far.Close()
	}()
	go func() {
		_, _ = io.Copy(there, r)
		there.Close()
	}()
	return c
}

// Read tells a reset from an end.
func (c *relayedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n == 0 && errors.Is(err, io.EOF) && c.ended() == "reset" {
		return 0, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	return n, err
}

func (c *relayedConn) Close() error {
	c.once.Do(func() {
		c.Conn.Close()
		c.far.Close()
	})
	return nil
}

func (c *relayedConn) RemoteAddr() net.Addr { return cluster.Address(c.addr) }

// ended asks the relay how a connection ended; "" when it does not say.
func (d *dialer) ended(id string) string {
	h := http.Client{Timeout: time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return d.tunnel.Dial() },
	}}
	resp, err := h.Get("http://relay/ended/" + id)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 64))
	return string(text)
}
