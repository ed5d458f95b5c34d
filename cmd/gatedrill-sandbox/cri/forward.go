package cri

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"

	rt "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// PortForward joins a stream to a port on the pod's loopback.
func (s streams) PortForward(ctx context.Context, id string, port int32, stream io.ReadWriteCloser) error {
	s.r.mu.Lock()
	sb := s.r.sandboxes[id]
	s.r.mu.Unlock()
	if sb == nil {
		return notFound("pod", id)
	}
	var conn net.Conn
	err := within(sb.pid(), []namespace{netns}, func() (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
		return err
	})
	if err != nil {
		return fmt.Errorf("port %d in pod %s: %w", port, sb.cfg.GetMetadata().GetName(), err)
	}
	defer conn.Close()
	go func() {
		_, _ = io.Copy(conn, stream) // either side may end first
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	}()
	_, err = io.Copy(stream, conn)
	return err
}

// PortForward tells the kubelet where kubectl port-forward is served.
func (r *Runtime) PortForward(_ context.Context, q *rt.PortForwardRequest) (*rt.PortForwardResponse, error) {
	return r.stream.GetPortForward(q)
}
