package kind

import (
	"errors"
	"net/netip"
	"testing"
)

func TestPickTakesFromTheUpperEndOfTheNetwork(t *testing.T) {
	for _, tt := range []struct {
		name, room, self, want string
		used                   []string
	}{
		{"docker's own size", "172.18.0.0/16", "172.18.0.2", "172.18.255.63", nil},
		{"the node after", "172.18.0.0/16", "172.18.0.3", "172.18.254.255", nil},
		{"the first is used", "172.18.0.0/16", "172.18.0.2", "172.18.255.64", []string{"172.18.255.63"}},
		{"a small network", "10.1.2.0/24", "10.1.2.9", "10.1.2.191", nil},
		{"a tiny network", "10.1.2.8/29", "10.1.2.9", "10.1.2.12", nil},
		{"never its own", "10.1.2.8/30", "10.1.2.10", "", nil},
		{"all used", "10.1.2.8/30", "10.1.2.9", "", []string{"10.1.2.10"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			used := map[netip.Addr]bool{}
			for _, u := range tt.used {
				used[netip.MustParseAddr(u)] = true
			}
			got, err := pick(netip.MustParsePrefix(tt.room), netip.MustParseAddr(tt.self), used)
			if tt.want == "" {
				if !errors.Is(err, errNoRoom) {
					t.Errorf("got %s, %v", got, err)
				}
				return
			}
			if err != nil || got.String() != tt.want {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
		})
	}
}

// Two nodes of one network never take the same address.
func TestPickKeepsNodesApart(t *testing.T) {
	room := netip.MustParsePrefix("172.18.0.0/16")
	seen := map[netip.Addr]string{}
	for _, self := range []string{"172.18.0.2", "172.18.0.3", "172.18.0.4"} {
		used := map[netip.Addr]bool{}
		for range 64 {
			a, err := pick(room, netip.MustParseAddr(self), used)
			if err != nil {
				t.Fatal(err)
			}
			if other := seen[a]; other != "" {
				t.Fatalf("%s is taken by %s and %s", a, other, self)
			}
			seen[a], used[a] = self, true
		}
		if _, err := pick(room, netip.MustParseAddr(self), used); err == nil {
			t.Errorf("%s takes more than its part", self)
		}
	}
}

func TestAddressLines(t *testing.T) {
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
