package kind

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/fake"
	ktesting "k8s.io/client-go/testing"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// standIn is a node: an address on eth0, a loopback, and a network on which
// others answer for theirs.
type standIn struct {
	self string

	mu     sync.Mutex
	held   map[string]bool
	others map[string]bool
	asked  []string
	count  int // of commands
}

func newStandIn(self string, held ...string) *standIn {
	n := &standIn{self: self, held: map[string]bool{}, others: map[string]bool{}}
	for _, a := range held {
		n.held[a] = true
	}
	return n
}

func (n *standIn) run(ctx context.Context, name string, args ...string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count++
	line := name + " " + strings.Join(args, " ")
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case strings.HasPrefix(line, "ip -4 -o address show"):
		out := fmt.Sprintf("8: eth0    inet %s brd 0.0.0.0 scope global eth0\n", n.self)
		for a := range n.held {
			out += fmt.Sprintf("1: lo    inet %s/32 scope global lo\n", a)
		}
		return out, nil
	case strings.HasPrefix(line, "ip address replace"):
		n.held[strings.TrimSuffix(args[2], "/32")] = true
	case strings.HasPrefix(line, "ip address delete"):
		delete(n.held, strings.TrimSuffix(args[2], "/32"))
	case name == "bash" && args[1] == ask:
		n.asked = append(n.asked, args[2])
		if n.others[args[2]] {
			return args[2] + " lladdr 02:42:ac:12:ff:3f REACHABLE\n", nil
		}
	default:
		return "", fmt.Errorf("unknown command %s", line)
	}
	return "", nil
}

func (n *standIn) holds() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Keys(n.held)), " ")
}

// service is a Service of type LoadBalancer with an address that somebody
// wrote.
func service(name, ip, by string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Service", "spec": map[string]any{"type": "LoadBalancer"},
		"metadata": map[string]any{"namespace": "default", "name": name},
	}}
	if ip != "" {
		u.Object["status"] = map[string]any{"loadBalancer": map[string]any{"ingress": []any{map[string]any{"ip": ip}}}}
		u.SetManagedFields([]metav1.ManagedFieldsEntry{{
			Manager: by, Operation: metav1.ManagedFieldsOperationUpdate, Subresource: "status", FieldsType: "FieldsV1",
			FieldsV1: metav1.NewFieldsV1(`{"f:status":{"f:loadBalancer":{"f:ingress":{}}}}`),
		}})
	}
	return u
}

// newAPI holds Services, and notes as the API server does who wrote a status.
func newAPI(list ...*unstructured.Unstructured) *fake.FakeDynamicClient {
	var objs []kruntime.Object
	for _, s := range list {
		objs = append(objs, s)
	}
	c := fake.NewSimpleDynamicClientWithCustomListKinds(kruntime.NewScheme(), map[schema.GroupVersionResource]string{services: "ServiceList"}, objs...)
	c.PrependReactor("patch", "services", func(a ktesting.Action) (bool, kruntime.Object, error) {
		p := a.(ktesting.PatchAction)
		_, ip, _ := strings.Cut(string(p.GetPatch()), `"ip":"`)
		ip, _, _ = strings.Cut(ip, `"`)
		s := service(p.GetName(), ip, manager)
		return true, s, c.Tracker().Update(services, s, p.GetNamespace())
	})
	return c
}

func addressOf(t *testing.T, c *fake.FakeDynamicClient, name string) string {
	t.Helper()
	s, err := c.Resource(services).Namespace("default").Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if list := cluster.LoadBalanced(s); len(list) > 0 {
		return list[0].String()
	}
	return ""
}
