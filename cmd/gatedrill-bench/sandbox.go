//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cmd/internal/tool"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// starts is how often a whole sandbox is started, cold and with kept data.
const starts = 5

// answered is a gateway with one host and one workload behind it: what has to
// be there for a request to be answered with 200.
const answered = `
apiVersion: v1
kind: Namespace
metadata: {name: bench}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: echo, namespace: bench}
spec:
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec: {containers: [{name: echo, image: "gatedrill/app:1", args: [-name, echo, -http, ":8080"]}]}
---
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: bench}
spec: {selector: {app: echo}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: bench, namespace: bench}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [bench.example.com]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bench, namespace: bench}
spec:
  hosts: [bench.example.com]
  gateways: [bench]
  http: [{route: [{destination: {host: echo, port: {number: 80}}}]}]
`

// world is a cluster of the benchmark's own, and the program that works on it.
type world struct {
	b       *bench
	home    string
	env     []string
	backend cluster.Backend
}

// sandboxWorld is a world whose cluster is a sandbox.
type sandboxWorld struct {
	world
	sandbox *sandbox.Backend
}

// newSandboxWorld makes a sandbox with programs that are there.
func newSandboxWorld(ctx context.Context, b *bench) (*sandboxWorld, error) {
	if b.programs == "" {
		return nil, errors.New("where are the sandbox's programs? give --programs DIR (make sandbox gets them)")
	}
	w := &sandboxWorld{world: newWorld(b, "sandbox")}
	w.sandbox = tool.Sandbox{Program: b.binary, Programs: b.programs, Home: w.home, Environ: w.env}.Backend(time.Now)
	w.backend = w.sandbox
	return w, w.sandbox.Install(ctx, func(cluster.Progress) {})
}

// newWorld makes the surroundings of the program, for one backend.
func newWorld(b *bench, backend string) world {
	w := world{b: b, home: filepath.Join(b.dir, backend)}
	w.env = append(os.Environ(), "GATEDRILL_HOME="+w.home, "GATEDRILL_BACKEND="+backend, "GATEDRILL_PROGRAMS="+b.programs,
		"GATEDRILL_ENVOY="+filepath.Join(b.programs, programs.EnvoyFile), "TERM=xterm-256color", "NO_COLOR=")
	return w
}

// gatedrill runs the light program and returns how long it took.
func (w *world) gatedrill(ctx context.Context, stdin string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, w.b.binary, args...)
	cmd.Env, cmd.Stdin = w.env, strings.NewReader(stdin)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("gatedrill %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return time.Since(began), nil
}

// measureSandbox starts the sandbox from nothing and with kept data, each
// time until a request is answered through its gateway.
func measureSandbox(ctx context.Context, b *bench) (rows []row, err error) {
	w, err := newSandboxWorld(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.backend.Down(context.WithoutCancel(ctx))) }()
	var cold, kept []time.Duration
	var memory []float64
	for i := range starts {
		fmt.Fprintf(b.log, "  start %d of %d, cold and kept\n", i+1, starts)
		if err := w.sandbox.Reset(ctx); err != nil {
			return nil, err
		}
		took, err := w.start(ctx, answered)
		if err != nil {
			return nil, err
		}
		cold = append(cold, took)
		s, err := w.settled(ctx)
		if err != nil {
			return nil, err
		}
		memory = append(memory, float64(s.Anonymous)/(1<<20))
		if err := w.backend.Down(ctx); err != nil {
			return nil, err
		}
		if took, err = w.start(ctx, ""); err != nil {
			return nil, err
		}
		kept = append(kept, took)
	}
	return []row{
		timed("nothing running to HTTP 200 through a gateway, cold", 9*time.Second, cold),
		timed("the same with kept data", 6*time.Second, kept),
		sampled("anonymous memory of the whole sandbox, one gateway", 650, "MiB", memory),
	}, nil
}

// settled is the sandbox's status ten seconds later: what a start needs for a
// moment has been given back by then.
func (w *sandboxWorld) settled(ctx context.Context) (sandbox.Status, error) {
	select {
	case <-time.After(10 * time.Second):
		return w.sandbox.Status(ctx)
	case <-ctx.Done():
		return sandbox.Status{}, context.Cause(ctx)
	}
}

// start starts the sandbox, applies manifests when there are any, and waits
// for the answer.
func (w *world) start(ctx context.Context, manifests string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	began := time.Now()
	if _, err := w.gatedrill(ctx, "", "cluster", "up"); err != nil {
		return 0, err
	}
	h, err := w.backend.Attach(ctx)
	if err != nil {
		return 0, err
	}
	if manifests != "" {
		if err := apply(ctx, h, manifests); err != nil {
			return 0, err
		}
	}
	if err := untilAnswered(ctx, h); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// apply applies manifests as a learner would.
func apply(ctx context.Context, h *cluster.Handle, manifests string) error {
	cmd, err := h.Shell(ctx, cluster.Shell{Command: []string{"kubectl", "apply", "-f", "-"}, Dir: "/"})
	if err != nil {
		return err
	}
	cmd.Stdin = strings.NewReader(manifests)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl apply: %w: %s", err, out)
	}
	return nil
}

// gatewayAddress is where istio-ingressgateway is, with the port of HTTP.
func gatewayAddress(ctx context.Context, h *cluster.Handle) (string, error) {
	engine, err := fault.Open(h.REST, time.Now, nil)
	if err != nil {
		return "", err
	}
	address, err := engine.Address(ctx, labs.DefaultGateway)
	return net.JoinHostPort(address, "80"), err
}

// untilAnswered asks every 10 ms until the gateway answers with 200.
func untilAnswered(ctx context.Context, h *cluster.Handle) error {
	address, err := gatewayAddress(ctx, h)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return h.Dial(ctx, network, address)
		},
	}}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://bench.example.com/", nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		if err == nil && resp.StatusCode == http.StatusOK {
			return nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("wait for 200 through the gateway: %w; last: %w", context.Cause(ctx), err)
		}
	}
}
