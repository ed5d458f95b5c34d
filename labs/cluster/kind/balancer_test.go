package kind

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/fake"
	ktesting "k8s.io/client-go/testing"
)

// standIn is a node: an address on eth0, a loopback, and a network on which
// others answer for theirs.
type standIn struct {
	self string

	mu     sync.Mutex
	held   map[string]bool
	others map[string]bool
	asked  []string
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
	if list := addressesOf(*s); len(list) > 0 {
		return list[0].String()
	}
	return ""
}

func serveOnce(t *testing.T, c *fake.FakeDynamicClient, n *standIn) error {
	t.Helper()
	b, err := newBalancer(t.Context(), c, n.run)
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.Resource(services).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return b.serve(t.Context(), list.Items)
}

func TestOnlyAddressesThatWeGaveAreHeld(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, self, ip, by, holds, status string }{
		{"ours", "172.18.0.2/16", "172.18.255.63", manager, "172.18.255.63", "172.18.255.63"},
		{"ours, before the node had another address", "172.18.0.7/16", "172.18.255.63", manager, "172.18.255.63", "172.18.255.63"},
		{"a learner's", "172.18.0.2/16", "172.18.255.63", "kubectl-edit", "", "172.18.255.63"},
		{"MetalLB's", "172.18.0.2/16", "172.18.200.1", "metallb-controller", "", "172.18.200.1"},
		{"a learner's, the network's gateway", "172.18.0.2/16", "172.18.0.1", "kubectl-patch", "", "172.18.0.1"},
		{"ours, and now the node's own", "172.18.0.2/16", "172.18.0.2", manager, "172.18.255.63", "172.18.255.63"},
		{"ours, of a network that is gone", "172.18.0.2/16", "172.30.255.63", manager, "172.18.255.63", "172.18.255.63"},
		{"nobody's", "172.18.0.2/16", "", "", "172.18.255.63", "172.18.255.63"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, n := newAPI(service("shop", tt.ip, tt.by)), newStandIn(tt.self)
			if err := serveOnce(t, c, n); err != nil {
				t.Fatal(err)
			}
			if got := n.holds(); got != tt.holds {
				t.Errorf("the node holds %q, want %q", got, tt.holds)
			}
			if got := addressOf(t, c, "shop"); got != tt.status {
				t.Errorf("the Service has %q, want %q", got, tt.status)
			}
		})
	}
}

// An address that is in use, by whomever, is not given a second time.
func TestAddressesInUseArePassedOver(t *testing.T) {
	t.Parallel()
	c := newAPI(service("other", "10.1.2.191", "metallb-controller"), service("shop", "", ""))
	n := newStandIn("10.1.2.9/24", "10.1.2.222")
	n.others["10.1.2.192"] = true // a machine that no Service tells of
	if err := serveOnce(t, c, n); err != nil {
		t.Fatal(err)
	}
	if got := addressOf(t, c, "shop"); got != "10.1.2.193" {
		t.Errorf("the Service has %s", got)
	}
	if got := n.holds(); got != "10.1.2.193" { // 222 was given to a Service that is gone
		t.Errorf("the node holds %s", got)
	}
	if got := strings.Join(n.asked, " "); got != "10.1.2.192 10.1.2.193" {
		t.Errorf("asked for %s", got)
	}
}

// One Service that goes without does not take the others' addresses.
func TestNoRoomForOneLeavesTheOthers(t *testing.T) {
	t.Parallel()
	first := service("first", "10.1.2.10", manager)
	first.SetCreationTimestamp(metav1.NewTime(time.Unix(9, 0)))
	c, n := newAPI(service("second", "", ""), first), newStandIn("10.1.2.9/30")
	if err := serveOnce(t, c, n); !errors.Is(err, errNoRoom) {
		t.Errorf("got %v", err)
	}
	if got := n.holds(); got != "10.1.2.10" {
		t.Errorf("the node holds %q", got)
	}
}

func candidatesOf(room, self string) []netip.Addr {
	return slices.Collect(network{room: netip.MustParsePrefix(room), self: netip.MustParseAddr(self)}.candidates())
}

func TestCandidatesAreOfTheUpperEndOfTheNetwork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, room, self, want string
		count                  int
	}{
		{"docker's own size", "172.18.0.0/16", "172.18.0.2", "172.18.255.63", 64},
		{"the node after", "172.18.0.0/16", "172.18.0.3", "172.18.254.255", 64},
		{"a small network", "10.1.2.0/24", "10.1.2.9", "10.1.2.191", 64},
		{"its own is not one", "10.1.2.0/24", "10.1.2.191", "10.1.2.192", 63},
		{"a tiny network", "10.1.2.8/29", "10.1.2.9", "10.1.2.12", 3},
		{"nothing but its own", "10.1.2.8/30", "10.1.2.10", "", 0},
	} {
		list := candidatesOf(tt.room, tt.self)
		got := ""
		if len(list) > 0 {
			got = list[0].String()
		}
		if got != tt.want || len(list) != tt.count {
			t.Errorf("%s: %d, the first %q; want %d, %q", tt.name, len(list), got, tt.count, tt.want)
		}
	}
}

// Two nodes of one network never take the same address, where it has room.
func TestCandidatesKeepNodesApart(t *testing.T) {
	t.Parallel()
	seen := map[netip.Addr]string{}
	for _, self := range []string{"172.18.0.2", "172.18.0.3", "172.18.0.4"} {
		for _, a := range candidatesOf("172.18.0.0/16", self) {
			if other := seen[a]; other != "" {
				t.Fatalf("%s is of %s and %s", a, other, self)
			}
			seen[a] = self
		}
	}
}

func TestAddressLines(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`1: lo    inet 172.18.255.62/32 scope global lo\       valid_lft forever preferred_lft forever`: "lo 172.18.255.62/32",
		`8: eth0    inet 172.18.0.2/16 brd 172.18.255.255 scope global eth0\       valid_lft forever`:   "eth0 172.18.0.2/16",
		`4: vethx    inet 10.244.0.1 peer 10.244.0.2/32 scope global vethx`:                             "vethx 10.244.0.1/32",
		`garbage`: "",
	} {
		dev, p, ok := address(line)
		got := ""
		if ok {
			got = dev + " " + p.String()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}
