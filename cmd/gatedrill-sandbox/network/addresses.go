package network

import (
	"fmt"
	"net/netip"
)

// addresses hands out the pods' addresses, 10.244.0.2 to 10.244.0.254, in
// turn: an address just freed comes last, so that a proxy that still knows its
// former pod does not reach another one there.
type addresses struct {
	used map[netip.Addr]string // to the pod's link
	last byte
}

func newAddresses() *addresses { return &addresses{used: map[netip.Addr]string{}, last: 1} }

// take gives link an address: want, or the next free one. A wanted address
// moves from the link that had it, so that a new pod can replace an old one
// that is still ending.
func (a *addresses) take(link, want string) (netip.Addr, error) {
	if want != "" {
		ip, err := netip.ParseAddr(want)
		if err != nil || !ip.Is4() {
			return netip.Addr{}, fmt.Errorf("annotation %s: %q is not an IPv4 address", AddressAnnotation, want)
		}
		a.used[ip] = link
		return ip, nil
	}
	for range 253 {
		if a.last++; a.last == 255 {
			a.last = 2
		}
		ip := netip.AddrFrom4([4]byte{10, 244, 0, a.last})
		if _, taken := a.used[ip]; !taken {
			a.used[ip] = link
			return ip, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("no pod address is left: the sandbox has 253")
}

// free gives back every address that is still link's.
func (a *addresses) free(link string) {
	for ip, l := range a.used {
		if l == link {
			delete(a.used, ip)
		}
	}
}
