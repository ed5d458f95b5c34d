package kind

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/install"
)

// addressWithin is how long our load balancer may take for the first address.
const addressWithin = 30 * time.Second

// addressed waits until the ingress gateway has its address.
func (b *Backend) addressed(ctx context.Context, h *cluster.Handle) error {
	client, err := dynamic.NewForConfig(h.REST)
	if err != nil {
		return fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, addressWithin, fmt.Errorf("not within %s", addressWithin))
	defer cancel()
	for {
		o, err := client.Resource(services).Namespace(install.Namespace).Get(ctx, "istio-ingressgateway", metav1.GetOptions{})
		if err == nil && len(cluster.LoadBalanced(o)) > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("wait for an address for istio-ingressgateway: %w", context.Cause(ctx)), err, b.trouble())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// restConfig reads our kubeconfig, and nothing else: client-go's own rules
// would go on to the cluster that this program may run in.
func (b *Backend) restConfig() (*rest.Config, error) {
	text, err := os.ReadFile(b.kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig of kind cluster %s: %w", b.set.Name, err)
	}
	cfg, err := clientcmd.RESTConfigFromKubeConfig(text)
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig of kind cluster %s: %w", b.set.Name, err)
	}
	cfg.QPS, cfg.Burst = 200, 400
	return cfg, nil
}

// answers asks the API server once whether it is ready. ErrEnded says
// that nobody is there to answer.
func (b *Backend) answers(ctx context.Context) error {
	cfg, err := b.restConfig()
	if errors.Is(err, fs.ErrNotExist) {
		return cluster.ErrNotRunning
	}
	if err != nil {
		return err
	}
	cfg.Timeout = answerWithin
	hc, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, cfg.Host+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	resp, err := hc.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return cluster.ErrEnded
	}
	if os.IsTimeout(err) {
		return fmt.Errorf("the API server of kind cluster %s does not answer within %s", b.set.Name, answerWithin)
	}
	if err != nil {
		return fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the API server of kind cluster %s is not ready: %s", b.set.Name, resp.Status)
	}
	return nil
}

// readyWithin is how long a node may take.
const readyWithin = 3 * time.Minute

// ready waits until the API server answers and the node is ready, and says
// what is lacking.
func (b *Backend) ready(ctx context.Context, say func(string)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyWithin, fmt.Errorf("not within %s", readyWithin))
	defer cancel()
	for said := ""; ; {
		why := b.answers(ctx)
		if why == nil {
			why = b.nodeReady(ctx)
		}
		if why == nil {
			return nil
		}
		if why.Error() != said {
			said = why.Error()
			say(said)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the node of kind cluster %s: %w: %w", b.set.Name, context.Cause(ctx), why)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// nodeReady says why the node is not ready, in the kubelet's words.
func (b *Backend) nodeReady(ctx context.Context) error {
	cfg, err := b.restConfig()
	if err != nil {
		return err
	}
	cfg.Timeout = answerWithin
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return err
	}
	list, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "nodes"}).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("look at the node: %w", err)
	}
	for _, n := range list.Items {
		conditions, _, _ := unstructured.NestedSlice(n.Object, "status", "conditions")
		for _, c := range conditions {
			m, _ := c.(map[string]any)
			if m["type"] == "Ready" && m["status"] == "True" {
				return nil
			}
			if m["type"] == "Ready" {
				return fmt.Errorf("node %s is not ready: %v", n.GetName(), m["message"])
			}
		}
	}
	return errors.New("no node has said yet that it is ready")
}
