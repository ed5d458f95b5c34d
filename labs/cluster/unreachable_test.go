package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
)

func TestUnreachable(t *testing.T) {
	t.Parallel()
	failed := func(cause error) error { return &url.Error{Op: "Get", URL: "https://127.0.0.1:6443/api", Err: cause} }
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"refused", failed(errors.New("dial unix api.sock: connect: connection refused")), true},
		{"cut off", failed(io.ErrUnexpectedEOF), true},
		{"one of several", errors.Join(fmt.Errorf("list Pod: %w", failed(io.EOF)), errors.New("x")), true},
		{"answered", apierrors.NewNotFound(schema.GroupResource{Resource: "pods"}, "x"), false},
		{"cancelled", failed(context.Canceled), false},
		{"out of time", failed(context.DeadlineExceeded), false},
		{"nothing", nil, false},
	} {
		if got := cluster.Unreachable(tt.err); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// What the clients make of a socket that nobody listens on is recognised.
func TestUnreachableAsTheClientsSayIt(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "api.sock")
	cfg := &rest.Config{Host: "https://127.0.0.1:6443", TLSClientConfig: rest.TLSClientConfig{Insecure: true},
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}
	if _, err := fault.Open(cfg, nil, nil); !cluster.Unreachable(err) {
		t.Errorf("%v", err)
	}
}
