package clustertest

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

func (c *conformance) run(t *testing.T, spec cluster.Shell) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	if spec.Dir == "" {
		spec.Dir = t.TempDir()
	}
	cmd, err := c.h.Shell(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

func (c *conformance) shell(t *testing.T) {
	address, _, _ := net.SplitHostPort(c.gateway(t, "80"))
	for _, tt := range []struct{ command, want string }{
		{"kubectl get svc -n istio-system", "istio-ingressgateway"},
		{"istioctl proxy-status", "istio-ingressgateway-"},
		{"istioctl proxy-config listeners deploy/istio-ingressgateway -n istio-system", "15021"},
		{"curl -s -o /dev/null -w '%{http_code}' http://$GATEWAY_IP:15021/healthz/ready", "200"},
		{"echo $LAB-$GATEWAY_IP", "conform-" + address},
		{"test -s \"$KUBECONFIG\" && pwd", "/"},
	} {
		out, err := c.run(t, cluster.Shell{
			Prompt: "gatedrill conform", Env: map[string]string{"LAB": "conform", "GATEWAY_IP": address}, Command: []string{"sh", "-c", tt.command},
		})
		if err != nil || !strings.Contains(out, tt.want) {
			t.Errorf("%s: %v, want %q in\n%s", tt.command, err, tt.want, out)
		}
	}
	if _, err := c.run(t, cluster.Shell{Command: []string{"sh", "-c", "exit 7"}}); err == nil || !strings.Contains(err.Error(), "7") {
		t.Errorf("the exit code is lost: %v", err)
	}
}

// names: what the public zone holds is found by the learner's tools.
func (c *conformance) names(t *testing.T) {
	e := c.engine(t)
	within(t, time.Minute, "the zone to be in", func() error {
		return e.World(t.Context(), labs.World{Change: labs.Change{Objects: manifests(t,
			`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"drill-internet"}}`,
			`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"drill-internet","name":"public-dns"},"data":{"zone":"conform.example.com. 60 IN A ${GATEWAY_IP}\n"}}`)}}, func(string) {})
	})
	address, _, _ := net.SplitHostPort(c.gateway(t, "80"))
	within(t, 20*time.Second, "the name to be found", func() error {
		out, err := c.run(t, cluster.Shell{Env: map[string]string{"GATEWAY_IP": address}, Command: []string{"getent", "hosts", "conform.example.com"}})
		if err == nil && !strings.Contains(out, address) {
			err = errors.New(out)
		}
		return err
	})
	if out, err := c.run(t, cluster.Shell{Command: []string{"getent", "hosts", "nosuch.example.com"}}); err == nil {
		t.Errorf("a name that is not in the zone is found: %s", out)
	}
}

func (c *conformance) engine(t *testing.T) *fault.Engine {
	t.Helper()
	e, err := fault.Open(c.h.REST, time.Now, c.h.Scope)
	if err != nil {
		t.Fatal(err)
	}
	e.UseImages(c.h.Images)
	if _, err := e.Clear(t.Context()); err != nil && !errors.Is(err, fault.ErrNoLab) {
		t.Fatal(err)
	}
	return e
}

// fault: what a lab and a learner change is put back to the letter.
func (c *conformance) fault(t *testing.T) {
	e, ctx := c.engine(t), t.Context()
	lab := &labs.Lab{ID: "conform", Base: labs.Change{Objects: manifests(t,
		`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"drill-conform"}}`,
		`{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"namespace":"drill-conform","name":"conform"},"spec":{"hosts":["conform.example.com"],"http":[{"directResponse":{"status":200}}]}}`)},
		Fault: labs.Change{Objects: manifests(t,
			`{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"namespace":"drill-conform","name":"conform"},"spec":{"hosts":["conforn.example.com"],"http":[{"directResponse":{"status":200}}]}}`)},
	}
	kind := schema.GroupVersionResource{Group: "networking.istio.io", Version: "v1", Resource: "virtualservices"}
	host := func() string {
		o, err := c.client.Resource(kind).Namespace("drill-conform").Get(ctx, "conform", metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return "gone"
		}
		if err != nil {
			t.Fatal(err)
		}
		hosts, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hosts")
		return strings.Join(hosts, " ")
	}
	if err := errors.Join(e.Base(ctx, lab, "1", func(string) {}), e.Break(ctx, lab, "1")); err != nil {
		t.Fatal(err)
	}
	if got := host(); got != "conforn.example.com" {
		t.Errorf("with the fault in, the host is %s", got)
	}
	began := time.Now()
	if _, err := e.Mend(ctx); err != nil || host() != "conform.example.com" {
		t.Errorf("mended: %v, host %s", err, host())
	}
	notes := "default"
	if c.h.Scope != nil {
		notes = snapshot.ZoneNamespace // the rest is other people's, and not put back
	}
	if out, err := c.run(t, cluster.Shell{Command: []string{"kubectl", "create", "configmap", "notes", "-n", notes}}); err != nil {
		t.Fatal(out)
	}
	if _, err := e.Clear(ctx); err != nil || host() != "gone" {
		t.Errorf("cleared: %v, host %s", err, host())
	}
	t.Logf("mended and cleared in %s", time.Since(began).Round(time.Millisecond))
	if out, err := c.run(t, cluster.Shell{Command: []string{"kubectl", "get", "configmap", "notes", "-n", notes}}); err == nil {
		t.Errorf("what the learner made is still there: %s", out)
	}
}

// manifests reads objects written as JSON.
func manifests(t *testing.T, texts ...string) []labs.Manifest {
	t.Helper()
	var out []labs.Manifest
	for _, text := range texts {
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON([]byte(text)); err != nil {
			t.Fatal(err)
		}
		out = append(out, labs.Manifest{Object: u.Object, Text: text})
	}
	return out
}
