//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
)

// How much is in the cluster that trace is measured in.
const (
	crowdGateways = 500
	crowdServices = 2000
)

// measureTrace fills a sandbox with objects, by its API and with its istiod
// and Envoy taking all of them in, and traces a request among them.
func measureTrace(ctx context.Context, b *bench) (rows []row, err error) {
	w, err := newSandboxWorld(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.backend.Down(context.WithoutCancel(ctx))) }()
	if _, err := w.start(ctx, answered); err != nil {
		return nil, err
	}
	h, err := w.backend.Attach(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(b.log, "  %d VirtualServices and %d Gateways\n", crowdServices, crowdGateways)
	if err := crowd(ctx, h); err != nil {
		return nil, err
	}
	among := fmt.Sprintf("trace among %d VirtualServices and %d Gateways", crowdServices, crowdGateways)
	last := crowdHost(crowdServices - 1)
	var memory []float64
	for _, m := range []struct {
		what  string
		flags []string
		codes []int
	}{
		{among + ", objects and Envoy alone", []string{"--no-probe"}, []int{3}},
		{among + ", with the answer and its log line", nil, []int{0}},
	} {
		var took []time.Duration
		args := append([]string{"trace", "--json", "--gateway", labs.DefaultGateway}, append(m.flags, "http://"+last+"/")...)
		if err := w.untilTraced(ctx, args, m.codes); err != nil {
			return nil, err
		}
		for range b.runs {
			t, mib, err := w.traced(ctx, args, m.codes)
			if err != nil {
				return nil, err
			}
			took, memory = append(took, t), append(memory, mib)
		}
		rows = append(rows, timed(m.what, time.Second, took))
	}
	rows = append(rows, sampled("memory of a trace among them (largest resident set)", 150, "MiB", memory))
	table, err := w.hosts(ctx)
	return append(rows, table...), err
}

// hosts judges every host of the crowd, with a request to each.
func (w *world) hosts(ctx context.Context) ([]row, error) {
	var took []time.Duration
	var memory []float64
	for range min(w.b.runs, 5) {
		t, mib, err := w.traced(ctx, []string{"hosts", "--json"}, []int{0})
		if err != nil {
			return nil, err
		}
		took, memory = append(took, t), append(memory, mib)
	}
	return []row{
		timed(fmt.Sprintf("hosts: %d of them, each asked and judged", crowdServices), 5*time.Second, took),
		sampled("memory of hosts (largest resident set)", 0, "MiB", memory),
	}, nil
}

func crowdHost(i int) string { return fmt.Sprintf("host-%d.crowd.example.com", i) }

// crowd makes the objects: each Gateway serves four of the hosts, each
// VirtualService one, with a route to the workload that is there.
func crowd(ctx context.Context, h *cluster.Handle) error {
	cfg := rest.CopyConfig(h.REST)
	cfg.QPS = -1
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return err
	}
	create := func(kind, resource, name string, spec map[string]any) error {
		o := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": map[string]any{"name": name, "namespace": "bench"}, "spec": spec,
		}}
		_, err := client.Resource(schema.GroupVersionResource{Group: "networking.istio.io", Version: "v1", Resource: resource}).
			Namespace("bench").Create(ctx, o, metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			return nil
		}
		return err
	}
	const each = crowdServices / crowdGateways
	for g := range crowdGateways {
		gateway := fmt.Sprintf("crowd-%d", g)
		var hosts []any
		for i := range each {
			hosts = append(hosts, crowdHost(g*each+i))
		}
		err := create("Gateway", "gateways", gateway, map[string]any{
			"selector": map[string]any{"istio": "ingressgateway"},
			"servers":  []any{map[string]any{"port": map[string]any{"number": int64(80), "name": "http", "protocol": "HTTP"}, "hosts": hosts}},
		})
		for i := 0; i < each && err == nil; i++ {
			err = create("VirtualService", "virtualservices", fmt.Sprintf("crowd-%d", g*each+i), map[string]any{
				"hosts": []any{hosts[i]}, "gateways": []any{gateway},
				"http": []any{map[string]any{"route": []any{map[string]any{"destination": map[string]any{"host": "echo", "port": map[string]any{"number": int64(80)}}}}}},
			})
		}
		if err != nil {
			return fmt.Errorf("fill the cluster: %w", err)
		}
	}
	return nil
}

// traced runs one trace that has to end with one of the exit codes, and
// returns how long it took and how much memory.
func (w *world) traced(ctx context.Context, args []string, codes []int) (time.Duration, float64, error) {
	cmd := exec.CommandContext(ctx, w.b.binary, args...)
	cmd.Env = w.env
	began := time.Now()
	out, err := cmd.Output()
	took := time.Since(began)
	if cmd.ProcessState == nil {
		return 0, 0, err
	}
	for _, c := range codes {
		if cmd.ProcessState.ExitCode() == c {
			usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			if !ok {
				return 0, 0, errors.New("read a process's memory: the system does not tell")
			}
			return took, maxrss(usage), nil
		}
	}
	return 0, 0, fmt.Errorf("gatedrill %v: exit code %d: %s", args, cmd.ProcessState.ExitCode(), out)
}

// maxrss is the largest resident set in MiB: macOS counts bytes, the others
// KiB.
func maxrss(u *syscall.Rusage) float64 {
	if runtime.GOOS == "darwin" {
		return float64(u.Maxrss) / (1 << 20)
	}
	return float64(u.Maxrss) / (1 << 10)
}

// untilTraced waits until Envoy has taken the objects in.
func (w *world) untilTraced(ctx context.Context, args []string, codes []int) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		_, _, err := w.traced(ctx, args, codes)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return fmt.Errorf("wait for the route in Envoy: %w; last: %w", context.Cause(ctx), err)
		}
	}
}
