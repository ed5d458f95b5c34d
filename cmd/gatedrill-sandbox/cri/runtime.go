// Package cri is the sandbox's container runtime: pods and containers are
// plain processes in namespaces of their own, images are programs of the node.
// It implements the CRI's Go interfaces, which the kubelet takes as values when
// it runs in the same process: no gRPC and no socket.
//
// Nothing is kept: when the daemon ends, its pid namespace and so every pod
// ends with it, and the kubelet makes them anew at the next start.
package cri

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	internalapi "k8s.io/cri-api/pkg/apis"
	rt "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/network"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/program"
)

// runtimeName is what `kubectl get node -o wide` shows.
const runtimeName = "gatedrill"

// Config is what a Runtime works with.
type Config struct {
	Dir      string // for the containers' roots; emptied by New
	Pod      string // the program gatedrill-pod
	Network  *network.Node
	Programs program.Table
	// Stream is where exec, attach and port-forward are served, "127.0.0.1:0".
	Stream string
}

// Runtime runs pods.
type Runtime struct {
	unsupported
	cfg    Config
	stream streaming.Server

	mu         sync.Mutex
	sandboxes  map[string]*sandbox
	containers map[string]*container
}

var (
	_ internalapi.RuntimeService      = (*Runtime)(nil)
	_ internalapi.ImageManagerService = (*Runtime)(nil)
)

// New makes a runtime without pods and serves its streams until the process
// ends.
func New(cfg Config) (*Runtime, error) {
	if err := os.RemoveAll(cfg.Dir); err != nil {
		return nil, fmt.Errorf("clear the pods of the last run: %w", err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o711); err != nil {
		return nil, fmt.Errorf("folder for pods: %w", err)
	}
	r := &Runtime{cfg: cfg, sandboxes: map[string]*sandbox{}, containers: map[string]*container{}}
	l, err := net.Listen("tcp4", cfg.Stream)
	if err != nil {
		return nil, fmt.Errorf("serve exec and port-forward: %w", err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil { // the streaming server opens it again by itself
		return nil, err
	}
	sc := streaming.DefaultConfig
	sc.Addr = addr
	if r.stream, err = streaming.NewServer(sc, streams{r}); err != nil {
		return nil, fmt.Errorf("serve exec and port-forward: %w", err)
	}
	go func() { _ = r.stream.Start(true) }() // ends with the process
	return r, nil
}

// Stop kills every pod.
func (r *Runtime) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.containers {
		c.kill()
	}
	for _, s := range r.sandboxes {
		_ = s.pause.Process.Kill()
	}
}

// Version names the runtime.
func (r *Runtime) Version(context.Context, string) (*rt.VersionResponse, error) {
	return &rt.VersionResponse{Version: "0.1.0", RuntimeName: runtimeName, RuntimeVersion: "1.0.0", RuntimeApiVersion: "v1"}, nil
}

// Status is always ready: the network was set up before the runtime.
func (r *Runtime) Status(context.Context, bool) (*rt.StatusResponse, error) {
	return &rt.StatusResponse{Status: &rt.RuntimeStatus{Conditions: []*rt.RuntimeCondition{
		{Type: rt.RuntimeReady, Status: true}, {Type: rt.NetworkReady, Status: true},
	}}}, nil
}

// RuntimeConfig answers for the cgroup driver; no cgroups are made.
func (r *Runtime) RuntimeConfig(context.Context) (*rt.RuntimeConfigResponse, error) {
	return &rt.RuntimeConfigResponse{Linux: &rt.LinuxRuntimeConfiguration{CgroupDriver: rt.CgroupDriver_CGROUPFS}}, nil
}

func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func notFound(kind, id string) error { return status.Errorf(codes.NotFound, "%s %s", kind, id) }

// matches says whether labels have all of want.
func matches(labels, want map[string]string) bool {
	for k, v := range want {
		if labels[k] != v {
			return false
		}
	}
	return true
}

// nano is the CRI's time: nanoseconds, 0 for never.
func nano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
