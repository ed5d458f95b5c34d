package kind

import (
	"net/netip"
	"slices"
	"testing"
)

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
