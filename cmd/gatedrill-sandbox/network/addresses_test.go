package network

import "testing"

func TestAddressesComeInTurn(t *testing.T) {
	t.Parallel()
	a := newAddresses()
	first, err := a.take("one", "")
	if err != nil || first.String() != "10.244.0.2" {
		t.Fatalf("first address %v, %v", first, err)
	}
	a.free("one")
	if next, _ := a.take("two", ""); next == first {
		t.Errorf("%v was given out again at once", next)
	}
}

func TestAddressesRunOut(t *testing.T) {
	t.Parallel()
	a := newAddresses()
	for i := range 253 {
		if _, err := a.take("pod", ""); err != nil {
			t.Fatalf("address %d: %v", i, err)
		}
	}
	if ip, err := a.take("pod", ""); err == nil {
		t.Errorf("a 254th address: %v", ip)
	}
}

func TestWantedAddressMoves(t *testing.T) {
	t.Parallel()
	a := newAddresses()
	for _, link := range []string{"old", "new"} {
		if ip, err := a.take(link, "203.0.113.10"); err != nil || ip.String() != "203.0.113.10" {
			t.Fatalf("%s: %v, %v", link, ip, err)
		}
	}
	a.free("old")
	if len(a.used) != 1 {
		t.Error("the old pod's end took the new one's address")
	}
	if _, err := a.take("x", "not-an-address"); err == nil {
		t.Error("a malformed address was accepted")
	}
}
