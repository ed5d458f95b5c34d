package zone

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
)

const world = `; the outside world
shop.example.com.      60 IN A     172.18.255.200
www.example.com.       60 IN CNAME shop.example.com.
*.wild.example.com.    60 IN A     172.18.255.201
a.b.wild.example.com.  60 IN A     172.18.255.202
cdn.example.net.       60 IN CNAME edge.example.org.
loop.example.org.      60 IN CNAME loop.example.org.
mail.example.com.      60 IN TXT   "hello"
`

func TestZone(t *testing.T) {
	t.Parallel()
	z, err := Parse(world)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string // of an A question; "-" no such name
	}{
		{"shop.example.com.", "172.18.255.200"},
		{"SHOP.example.com.", "172.18.255.200"},
		{"www.example.com.", "shop.example.com. 172.18.255.200"},
		{"x.wild.example.com.", "172.18.255.201"},
		{"x.y.wild.example.com.", "172.18.255.201"},
		{"a.b.wild.example.com.", "172.18.255.202"},
		{"c.b.wild.example.com.", "-"}, // b.wild exists, so the wildcard does not reach below it
		{"wild.example.com.", ""},
		{"example.com.", ""},
		{"mail.example.com.", ""},
		{"nosuch.example.com.", "-"},
		{"shop.example.com.evil.", "-"},
		{"cdn.example.net.", "edge.example.org."},
		{"loop.example.org.", strings.TrimSpace(strings.Repeat("loop.example.org. ", 8))},
	} {
		rrs, exists := z.Answer(c.name, dns.TypeA)
		var got []string
		for _, rr := range rrs {
			switch r := rr.(type) {
			case *dns.A:
				got = append(got, r.A.String())
			case *dns.CNAME:
				got = append(got, r.Target)
			}
		}
		text := strings.Join(got, " ")
		if !exists {
			text = "-"
		}
		if text != c.want {
			t.Errorf("%s: %q, want %q", c.name, text, c.want)
		}
	}
}

func TestZoneAnswersUnderTheAskedName(t *testing.T) {
	t.Parallel()
	z, err := Parse(world)
	if err != nil {
		t.Fatal(err)
	}
	rrs, _ := z.Answer("x.wild.example.com.", dns.TypeA)
	if len(rrs) != 1 || rrs[0].Header().Name != "x.wild.example.com." {
		t.Errorf("wildcard answer %v", rrs)
	}
	if rrs, ok := z.Answer("mail.example.com.", dns.TypeTXT); !ok || len(rrs) != 1 {
		t.Errorf("TXT answer %v", rrs)
	}
}

func TestZoneKeepsGoodLines(t *testing.T) {
	t.Parallel()
	z, err := Parse("good.example.com. 60 IN A 192.0.2.1\nbad.example.com. 60 IN A not-an-address\n\n")
	if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "bad.example.com.") {
		t.Errorf("error %v, want the line and its text", err)
	}
	if _, ok := z.Answer("good.example.com.", dns.TypeA); !ok {
		t.Error("the good line was lost")
	}
}
