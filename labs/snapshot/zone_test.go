package snapshot

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/gatedrill/gatedrill/labs/zone"
)

const zoneText = `
; the outside world
shop.example.com.     60 IN A 172.18.255.200
Two.example.com       A 10.0.0.1
two.example.com.      IN 300 A 10.0.0.2
six.example.com.      AAAA 2001:db8::6
both.example.com.     AAAA 2001:db8::7
both.example.com.     A 10.0.0.7
*.wild.example.com.   60 IN A 10.0.0.9
*.wild.example.com.   60 IN AAAA 2001:db8::9
here.wild.example.com. A 10.0.0.8
text.wild.example.com. TXT "no address"
a.deep.wild.example.com. A 10.0.0.6
alias.example.com.    CNAME shop.example.com.
again.example.com.    CNAME alias.example.com.
star.example.com.     CNAME any.wild.example.com.
dangling.example.com. CNAME nobody.example.com.
loop.example.com.     CNAME loop.example.com.
broken.example.com.   60 IN A 300.1.1.1
half.example.com.
`

func TestZone(t *testing.T) {
	t.Parallel()
	values, err := ParseZone(zoneText)
	if err == nil || !strings.Contains(err.Error(), "broken.example.com.") || !strings.Contains(err.Error(), "half.example.com.") {
		t.Errorf("error %v, want both unreadable lines", err)
	}
	served, _ := zone.Parse(zoneText)
	s := Snapshot{Zone: values}
	for host, want := range map[string][]string{
		"shop.example.com":        {"172.18.255.200"},
		"SHOP.example.com.":       {"172.18.255.200"},
		"two.example.com":         {"10.0.0.1", "10.0.0.2"},
		"six.example.com":         {"2001:db8::6"},
		"both.example.com":        {"10.0.0.7", "2001:db8::7"},
		"any.wild.example.com":    {"10.0.0.9", "2001:db8::9"},
		"a.b.wild.example.com":    {"10.0.0.9", "2001:db8::9"},
		"here.wild.example.com":   {"10.0.0.8"},
		"x.here.wild.example.com": nil, // RFC 4592: here exists, and has no wildcard
		"text.wild.example.com":   nil, // it exists, without an address
		"deep.wild.example.com":   nil, // it exists, since a name below it does
		"x.deep.wild.example.com": nil,
		"wild.example.com":        nil,
		"alias.example.com":       {"172.18.255.200"},
		"again.example.com":       {"172.18.255.200"},
		"star.example.com":        {"10.0.0.9", "2001:db8::9"},
		"dangling.example.com":    nil,
		"loop.example.com":        nil,
		"nobody.example.com":      nil,
		"broken.example.com":      nil,
	} {
		if d := cmp.Diff(want, s.Resolve(host)); d != "" {
			t.Errorf("%s (-want +got):\n%s", host, d)
		}
		// What is judged is what the resolver serves.
		if got := append(answered(served, host, dns.TypeA), answered(served, host, dns.TypeAAAA)...); !slices.Equal(got, want) {
			t.Errorf("%s: the resolver serves %v, want %v", host, got, want)
		}
	}
}

// answered are the addresses in the resolver's answer.
func answered(z *zone.Zone, host string, qtype uint16) []string {
	rrs, _ := z.Answer(host, qtype)
	var out []string
	for _, rr := range rrs {
		if rr.Header().Rrtype == qtype {
			f := strings.Fields(rr.String())
			out = append(out, f[len(f)-1])
		}
	}
	return out
}
