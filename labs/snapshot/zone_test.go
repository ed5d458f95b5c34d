package snapshot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const zoneText = `
; the outside world
shop.example.com.     60 IN A 172.18.255.200
Two.example.com       A 10.0.0.1
two.example.com.      IN 300 A 10.0.0.2
six.example.com.      AAAA 2001:db8::6
*.wild.example.com.   60 IN A 10.0.0.9
here.wild.example.com. A 10.0.0.8
alias.example.com.    CNAME shop.example.com.
loop.example.com.     CNAME loop.example.com.
broken.example.com.   60 IN A 300.1.1.1
mail.example.com.     MX 10 mail
half.example.com.
`

func TestZone(t *testing.T) {
	t.Parallel()
	zone, bad := ParseZone(zoneText)
	wantBad := []string{"broken.example.com.   60 IN A 300.1.1.1", "mail.example.com.     MX 10 mail", "half.example.com."}
	if d := cmp.Diff(wantBad, bad); d != "" {
		t.Errorf("unreadable lines (-want +got):\n%s", d)
	}
	s := Snapshot{Zone: zone}
	for host, want := range map[string][]string{
		"shop.example.com":        {"172.18.255.200"},
		"SHOP.example.com.":       {"172.18.255.200"},
		"two.example.com":         {"10.0.0.1", "10.0.0.2"},
		"six.example.com":         {"2001:db8::6"},
		"any.wild.example.com":    {"10.0.0.9"},
		"a.b.wild.example.com":    {"10.0.0.9"},
		"here.wild.example.com":   {"10.0.0.8"},
		"x.here.wild.example.com": nil, // RFC 4592: here exists, and has no wildcard
		"wild.example.com":        nil,
		"alias.example.com":       {"172.18.255.200"},
		"loop.example.com":        nil,
		"nobody.example.com":      nil,
		"broken.example.com":      nil,
	} {
		if d := cmp.Diff(want, s.Resolve(host)); d != "" {
			t.Errorf("%s (-want +got):\n%s", host, d)
		}
	}
}
