package clustertest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

var serviceKind = schema.GroupVersionResource{Version: "v1", Resource: "services"}

// gateway is the ingress gateway's address, with a port.
func (c *conformance) gateway(t *testing.T, port string) string {
	t.Helper()
	address := ""
	within(t, time.Minute, "an address for istio-ingressgateway", func() error {
		o, err := c.client.Resource(serviceKind).Namespace("istio-system").Get(t.Context(), "istio-ingressgateway", metav1.GetOptions{})
		if err != nil {
			return err
		}
		list, _, _ := unstructured.NestedSlice(o.Object, "status", "loadBalancer", "ingress")
		if len(list) == 0 {
			return errors.New("none yet")
		}
		address, _ = list[0].(map[string]any)["ip"].(string)
		return nil
	})
	return net.JoinHostPort(address, port)
}

func (c *conformance) dial(t *testing.T) {
	ctx := t.Context()
	for what, addr := range map[string]string{
		"a name of the cluster": "istiod.istio-system.svc.cluster.local:15012",
		"the DNS Service":       "kube-dns.kube-system.svc.cluster.local:53",
	} {
		conn, err := c.h.Dial(ctx, "tcp", addr)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		conn.Close()
	}
	var dns *net.DNSError
	if _, err := c.h.Dial(ctx, "tcp", "nosuch.example.invalid:80"); !errors.As(err, &dns) {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := c.h.Dial(ctx, "udp", "192.0.2.1:53"); err == nil {
		t.Error("udp is dialled")
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if conn, err := c.h.Dial(short, "tcp", "192.0.2.1:81"); err == nil {
		conn.Close()
		t.Error("an address nobody has answers")
	} else if took := time.Since(began); took > 3*time.Second {
		t.Errorf("a dial outlives its context: %s", took)
	}
}

// service: with a selector that finds nothing, nobody answers, though the
// gateway's pod is healthy; and back.
func (c *conformance) service(t *testing.T) {
	addr := c.gateway(t, "80")
	// Without a Gateway for it Envoy listens on no port of ours; the Service's
	// status port always has somebody behind it.
	addr = strings.TrimSuffix(addr, ":80") + ":15021"
	ready := func() error {
		code, err := c.get(t.Context(), addr, "/healthz/ready")
		if err == nil && code != http.StatusOK {
			err = errors.New(http.StatusText(code))
		}
		return err
	}
	within(t, time.Minute, "the gateway to answer", ready)
	point := func(value string) {
		t.Helper()
		_, err := c.client.Resource(serviceKind).Namespace("istio-system").Patch(context.WithoutCancel(t.Context()), "istio-ingressgateway",
			types.MergePatchType, []byte(`{"spec":{"selector":{"istio":"`+value+`"}}}`), metav1.PatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	point("nobody")
	defer point("ingressgateway")
	within(t, 20*time.Second, "silence", func() error {
		if ready() == nil {
			return errors.New("it still answers")
		}
		return nil
	})
	point("ingressgateway")
	within(t, 20*time.Second, "the gateway to answer again", ready)
}

func (c *conformance) get(ctx context.Context, addr, path string) (int, error) {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, network, _ string) (net.Conn, error) { return c.h.Dial(ctx, network, addr) },
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://gateway.example.com"+path, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}
