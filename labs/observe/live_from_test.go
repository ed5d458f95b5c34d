package observe_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// TestLiveFromWorkload: a workload with a sidecar asks a Service and an
// address outside of the mesh; each proxy on the way tells of it, and the
// workload says what it resolved.
func TestLiveFromWorkload(t *testing.T) {
	l := &live{t: t, handle: sandboxtest.Up(t)}
	file, err := filepath.Abs("testdata/mesh.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l.kubectl("apply", "-f", file)
	t.Cleanup(func() { l.kubectl("delete", "namespace", "observe-mesh", "observe-outside") })
	l.kubectl("-n", "observe-mesh", "wait", "--for=condition=Available", "deployment", "--all", "--timeout=60s")
	l.kubectl("-n", "observe-outside", "wait", "--for=condition=Available", "deployment", "--all", "--timeout=60s")

	find, err := observe.New(l.handle, observe.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(find.Close)
	s, err := find.Fresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	address := snapshot.ServiceAddresses(snapshot.IndexOf(s.Objects).Get("", "Service", "observe-outside", "partner"))
	if len(address) == 0 {
		t.Fatal("Service observe-outside/partner has no address")
	}
	for k, why := range s.Missing {
		if k != "dns" {
			t.Errorf("%s was not observed: %s", k, why)
		}
	}
	requests := []labs.Request{
		{Name: "orders", From: "observe-mesh/client", URL: "http://orders/hello"},
		{Name: "outside", From: "observe-mesh/client", URL: "http://partner.example.com/", Connect: address[0], Follow: true},
		{Name: "bare", From: "observe-outside/partner", URL: "http://orders.observe-mesh/hello"},
		{Name: "none", From: "observe-mesh/none", URL: "http://orders/hello"},
	}
	asking := func(t *testing.T) {
		if l.obs, err = observe.New(l.handle, observe.Options{Requests: requests, Clock: time.Now}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.obs.Close)
	}
	t.Run("fresh", func(t *testing.T) {
		asking(t)
		began := time.Now()
		s, err := l.obs.Fresh(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("one look took %s", time.Since(began).Round(time.Millisecond))
		l.judge(t, s)
	})
	t.Run("followed", func(t *testing.T) {
		asking(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.obs.Run(ctx) }()
		defer func() { cancel(); <-done }()
		deadline := time.After(30 * time.Second)
		for {
			s := l.obs.Snapshot()
			if len(s.Answers["orders"].Logs) == 2 && len(s.Answers["outside"].Logs) == 1 && len(s.Answers["bare"].Logs) == 1 && len(sidecars(s)) == 2 {
				l.judge(t, s)
				return
			}
			select {
			case <-l.obs.Changed():
			case <-deadline:
				t.Fatalf("not within half a minute: %+v, missing %v", s.Answers, s.Missing)
			}
		}
	})
}

func (l *live) judge(t *testing.T, s snapshot.Snapshot) {
	t.Helper()
	orders := s.Answers["orders"]
	if orders.Code != 200 || !orders.Observed || len(orders.Logs) != 2 {
		t.Fatalf("orders: %+v", orders)
	}
	client, server := orders.Logs[0], orders.Logs[1]
	if !strings.HasPrefix(client.Proxy.Name, "client-") || client.Inbound || client.Cluster != "outbound|80||orders.observe-mesh.svc.cluster.local" {
		t.Errorf("the client's sidecar: %+v", client)
	}
	if !strings.HasPrefix(server.Proxy.Name, "orders-") || !server.Inbound || server.Code != 200 {
		t.Errorf("the server's sidecar: %+v", server)
	}
	if orders.LogLine != client.Line {
		t.Errorf("the answer's line is not its first proxy's: %s", orders.LogLine)
	}
	service := snapshot.IndexOf(s.Objects).Get("", "Service", "observe-mesh", "orders")
	if got := s.Resolved["orders"]; !slices.Equal(got, []string{service.Str("spec", "clusterIP")}) {
		t.Errorf("the client resolved orders to %v", got)
	}
	outside := s.Answers["outside"]
	if outside.Error != "redirect loop" || len(outside.Redirects) != 2 || len(outside.Logs) != 1 || outside.Logs[0].Cluster != "PassthroughCluster" {
		t.Errorf("outside: %+v", outside)
	}
	bare := s.Answers["bare"]
	if bare.Code != 200 || len(bare.Logs) != 1 || !bare.Logs[0].Inbound {
		t.Errorf("from a workload without a sidecar: %+v", bare)
	}
	if none := s.Answers["none"]; none.Observed || none.Error != "no pod of observe-mesh/none runs" {
		t.Errorf("from nobody: %+v", none)
	}
	if got := sidecars(s); !slices.Equal(got, []string{"client", "orders"}) {
		t.Errorf("the sidecars that were read: %v", got)
	}
}

// sidecars are the workloads whose sidecar's configuration was read.
func sidecars(s snapshot.Snapshot) []string {
	var out []string
	for _, p := range s.Proxies {
		if p.Namespace == "observe-mesh" && p.Config != nil {
			name, _, _ := strings.Cut(p.Pod, "-")
			out = append(out, name)
		}
	}
	return out
}
