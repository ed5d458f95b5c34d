package hostshell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// ports are those that names are prepared for.
var ports = []string{"80", "443"}

// statusPort is where a gateway says that it is ready, at its address.
const statusPort = "15021"

// linger is how long one direction of a connection may go on after the other
// has ended: longer than a gateway waits for an answer.
const linger = 30 * time.Second

// forwards are the listeners that stand for gateways, until close.
type forwards struct {
	here map[string]map[string]net.Addr // by the gateway's address and port
	list []net.Listener
	end  context.CancelFunc
	run  context.Context // of the goroutines, which outlive each shell
	wg   sync.WaitGroup
}

// forward listens on the loopback for the gateway, where this machine has no
// way to its address: GATEWAY_80 and GATEWAY_443 then say where. All shells
// share the listeners, which end with Close.
func (s *Shell) forward(env map[string]string) (map[string]net.Addr, error) {
	gateway := env["GATEWAY_IP"]
	if s.Dial == nil || gateway == "" {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("listen for the gateway: %w", net.ErrClosed)
	}
	if s.forwards == nil {
		run, end := context.WithCancel(context.Background())
		s.forwards = &forwards{here: map[string]map[string]net.Addr{}, run: run, end: end}
	}
	here := s.forwards.here[gateway]
	if here == nil {
		var err error
		if here, err = s.forwards.listen(gateway, s.Dial); err != nil {
			return nil, err
		}
		s.forwards.here[gateway] = here
	}
	for port, a := range here {
		env["GATEWAY_"+port] = a.String()
	}
	return here, nil
}

// Close ends the listeners and their connections, and returns when they have
// ended.
func (s *Shell) Close() {
	s.mu.Lock()
	f := s.forwards
	s.closed, s.forwards = true, nil
	s.mu.Unlock()
	if f == nil {
		return
	}
	f.end()
	for _, l := range f.list {
		l.Close()
	}
	f.wg.Wait()
}

// listen opens the listeners of one gateway.
func (f *forwards) listen(gateway string, dial cluster.DialFunc) (map[string]net.Addr, error) {
	here := map[string]net.Addr{}
	for _, port := range append(slices.Clone(ports), statusPort) {
		l, err := new(net.ListenConfig).Listen(f.run, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("listen for the gateway: %w", err)
		}
		f.list = append(f.list, l)
		here[port] = l.Addr()
		f.wg.Go(func() { f.accept(l, dial, net.JoinHostPort(gateway, port)) })
	}
	return here, nil
}

// accept hands connections of a listener on, until it is closed.
func (f *forwards) accept(l net.Listener, dial cluster.DialFunc, to string) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // no file is left, say: try again
			select {
			case <-f.run.Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		f.wg.Go(func() {
			defer c.Close()
			far, err := dial(f.run, "tcp", to)
			if err != nil {
				return
			}
			defer far.Close()
			join(f.run, c, far)
		})
	}
}

// join hands bytes on both ways. Where one direction ends the other goes on,
// for a while: a client that has nothing more to say still waits for answers.
// It closes both, at the latest when ctx ends.
func join(ctx context.Context, near, far net.Conn) {
	end := func() {
		near.Close()
		far.Close()
	}
	defer end()
	defer context.AfterFunc(ctx, end)()
	ended := make(chan error, 2)
	pass := func(to, from net.Conn) {
		_, err := io.Copy(to, from)
		if w, ok := to.(interface{ CloseWrite() error }); ok && err == nil {
			err = w.CloseWrite()
		}
		ended <- err
	}
	go pass(far, near)
	go pass(near, far)
	if err := <-ended; err != nil {
		end()
	}
	defer time.AfterFunc(linger, end).Stop()
	<-ended
}
