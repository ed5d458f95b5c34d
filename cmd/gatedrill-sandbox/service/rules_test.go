package service

import (
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"
)

// inside says that the test runs in network namespaces of its own.
const inside = "GATEDRILL_TEST_INSIDE"

// many is a plan of n Services with two endpoints each.
func many(n int) Plan {
	var p Plan
	for i := range n {
		at := netip.AddrFrom4([4]byte{10, 96, byte(i >> 8), byte(i)})
		pod := netip.AddrFrom4([4]byte{10, 244, byte(i >> 8), byte(i)})
		p.Fronts = append(p.Fronts, Front{unix.IPPROTO_TCP, netip.AddrPortFrom(at, 80), []Endpoint{netip.AddrPortFrom(pod, 80), netip.AddrPortFrom(pod, 81)}})
		p.Addresses, p.Pods = append(p.Addresses, at), append(p.Pods, pod)
	}
	return p
}

func TestWrite(t *testing.T) {
	t.Parallel()
	if os.Getenv(inside) == "" {
		again(t)
		return
	}
	// More rules than one transaction's answers fit in; then few; then none.
	tables := [2]string{"a", "b"}
	for _, n := range []int{1000, 3, 0} {
		tables[0], tables[1] = tables[1], tables[0]
		if err := many(n).Write(tables[0], tables[1]); err != nil {
			t.Fatalf("%d services: %v", n, err)
		}
		got := kernel(t)
		for chain, want := range map[string]int{"services": 2 * n, "refused": 2 * n, "hairpin": n, "prerouting": 1, "output": 1, "postrouting": 1, "refuse-forward": 1, "refuse-output": 1} {
			if name := tables[0] + "/" + chain; got[name] != want {
				t.Errorf("%d services: %s has %d rules, want %d", n, name, got[name], want)
			}
		}
		if len(got) != 8 {
			t.Errorf("%d services: chains %v, want those of table %s only", n, got, tables[0])
		}
	}
}

// kernel counts the rules of each "table/chain".
func kernel(t *testing.T) map[string]int {
	t.Helper()
	conn, err := nftables.New()
	if err != nil {
		t.Fatal(err)
	}
	all, err := conn.ListChains()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, c := range all {
		rules, err := conn.GetRules(c.Table, c)
		if err != nil {
			t.Fatal(err)
		}
		out[c.Table.Name+"/"+c.Name] = len(rules)
	}
	return out
}

// again runs the test in namespaces of its own, as the sandbox's daemon runs.
func again(t *testing.T) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
