package kind

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic/fake"
)

func serveOnce(t *testing.T, c *fake.FakeDynamicClient, n *standIn) error {
	t.Helper()
	b := &balancer{client: c, node: n.run}
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

// begin runs a balancer as the backend does.
func begin(t *testing.T, c *fake.FakeDynamicClient, n *standIn, lock string) (*balancer, *keeper) {
	t.Helper()
	b := &balancer{client: c, node: n.run, lock: lock}
	k := keepGoing(b.run)
	t.Cleanup(k.close)
	return b, k
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}

func (n *standIn) commands() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.count
}

// Two programs run for one cluster: one of them serves, the other takes over
// where it ends, and sees what was changed before.
func TestOneBalancerServesAtATime(t *testing.T) {
	t.Parallel()
	lock := filepath.Join(t.TempDir(), "balancer.lock")
	c, one, two := newAPI(service("shop", "", "")), newStandIn("172.18.0.2/16"), newStandIn("172.18.0.2/16", "172.18.255.70")
	_, k := begin(t, c, one, lock)
	eventually(t, "an address", func() bool { return addressOf(t, c, "shop") == "172.18.255.63" && one.holds() != "" })
	begin(t, c, two, lock)
	time.Sleep(50 * time.Millisecond)
	if n := two.commands(); n != 0 {
		t.Fatalf("both serve: the second ran %d commands", n)
	}
	k.close()
	eventually(t, "the second to take over", func() bool { return two.holds() == "172.18.255.63" })
}

// What the node holds is looked at each time: another process, or a start of
// the node, may have changed it.
func TestTheNodeIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	c, n := newAPI(service("shop", "172.18.255.63", manager)), newStandIn("172.18.0.2/16")
	b := &balancer{client: c, node: n.run}
	for range 2 {
		list, err := c.Resource(services).List(t.Context(), metav1.ListOptions{})
		if err == nil {
			err = b.serve(t.Context(), list.Items)
		}
		if err != nil || n.holds() != "172.18.255.63" {
			t.Fatalf("%v; the node holds %q", err, n.holds())
		}
		delete(n.held, "172.18.255.63")
	}
}

func TestTheLastErrorIsKept(t *testing.T) {
	t.Parallel()
	c, n := newAPI(service("first", "10.1.2.10", "metallb-controller"), service("second", "", "")), newStandIn("10.1.2.9/30")
	b, _ := begin(t, c, n, filepath.Join(t.TempDir(), "balancer.lock"))
	eventually(t, "an error", func() bool { return errors.Is(b.lastError(), errNoRoom) })
	if err := c.Resource(services).Namespace("default").Delete(t.Context(), "first", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the error to be gone", func() bool { return b.lastError() == nil && addressOf(t, c, "second") == "10.1.2.10" })
}

// A lock that cannot be taken is an error that can be read, too.
func TestALockThatCannotBeIsAnError(t *testing.T) {
	t.Parallel()
	b, _ := begin(t, newAPI(), newStandIn("10.1.2.9/30"), filepath.Join(t.TempDir(), "gone", "lock"))
	eventually(t, "an error", func() bool { return errors.Is(b.lastError(), fs.ErrNotExist) })
}
