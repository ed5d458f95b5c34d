// Package zone is the public DNS of labs: master-file text in, answers out.
// The sandbox's resolver answers by it, and what is observed is judged by it,
// so that both know the same of wildcards, aliases and several addresses.
package zone

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// Zone is the public DNS: records by lower-case owner name.
type Zone struct {
	records map[string][]dns.RR
	// names are all owners and what lies above them, which exist though they
	// may have no record of their own.
	names map[string]bool
}

// Parse reads master-file lines (RFC 1035 §5), one record each, names
// absolute. Bad lines are left out and named in the error; the zone of the good
// ones is returned all the same.
func Parse(text string) (*Zone, error) {
	z := empty()
	var problems []error
	n := 0
	for line := range strings.Lines(text) {
		n++
		rr, err := dns.NewRR(line)
		if err != nil {
			problems = append(problems, fmt.Errorf("line %d %q: %w", n, strings.TrimSpace(line), err))
			continue
		}
		if rr == nil { // blank or a comment
			continue
		}
		z.add(dns.CanonicalName(rr.Header().Name), rr)
	}
	return z, errors.Join(problems...)
}

func empty() *Zone { return &Zone{records: map[string][]dns.RR{}, names: map[string]bool{}} }

// add puts records of one owner in, or makes the owner known without any.
func (z *Zone) add(owner string, rrs ...dns.RR) {
	z.records[owner] = append(z.records[owner], rrs...)
	for name, more := strings.TrimPrefix(owner, "*."), true; more; name, more = parent(name) {
		z.names[name] = true
	}
}

// Of makes a zone of what Values returned.
func Of(values map[string][]string) *Zone {
	z := empty()
	for owner, list := range values {
		owner = dns.CanonicalName(owner)
		z.add(owner)
		for _, v := range list {
			z.add(owner, record(owner, v))
		}
	}
	return z
}

// record is an address record, or an alias where the value is a name.
func record(owner, value string) dns.RR {
	head := dns.RR_Header{Name: owner, Class: dns.ClassINET}
	a, err := netip.ParseAddr(value)
	switch {
	case err != nil:
		head.Rrtype = dns.TypeCNAME
		return &dns.CNAME{Hdr: head, Target: dns.CanonicalName(value)}
	case a.Is4():
		head.Rrtype = dns.TypeA
		return &dns.A{Hdr: head, A: net.IP(a.AsSlice())}
	}
	head.Rrtype = dns.TypeAAAA
	return &dns.AAAA{Hdr: head, AAAA: net.IP(a.AsSlice())}
}

// Values are the addresses and aliases of each owner, names without their
// last dot. An owner of other records only has none.
func (z *Zone) Values() map[string][]string {
	out := map[string][]string{}
	for owner, rrs := range z.records {
		name := strings.TrimSuffix(owner, ".")
		out[name] = []string{}
		for _, rr := range rrs {
			switch r := rr.(type) {
			case *dns.A:
				out[name] = append(out[name], r.A.String())
			case *dns.AAAA:
				out[name] = append(out[name], r.AAAA.String())
			case *dns.CNAME:
				out[name] = append(out[name], strings.TrimSuffix(dns.CanonicalName(r.Target), "."))
			}
		}
	}
	return out
}

// Addresses are all that a client gets for a host, those of IPv4 first; none
// when the name has no address.
func (z *Zone) Addresses(host string) []string {
	var out []string
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		rrs, _ := z.Answer(host, qtype)
		for _, rr := range rrs {
			switch r := rr.(type) {
			case *dns.A:
				out = append(out, r.A.String())
			case *dns.AAAA:
				out = append(out, r.AAAA.String())
			}
		}
	}
	return out
}

// Aliases are the names that a host stands for, one after another; the last may
// be none of the zone.
func (z *Zone) Aliases(host string) []string {
	var out []string
	rrs, _ := z.Answer(host, dns.TypeA)
	for _, rr := range rrs {
		if c, ok := rr.(*dns.CNAME); ok {
			out = append(out, strings.TrimSuffix(dns.CanonicalName(c.Target), "."))
		}
	}
	return out
}

// parent cuts the first label off; false at the root.
func parent(name string) (string, bool) {
	i, end := dns.NextLabel(name, 0)
	if end || name == "." {
		return "", false
	}
	return name[i:], true
}

// find returns the records of a name, its own or a wildcard's (RFC 4592), and
// whether the name exists.
func (z *Zone) find(name string) ([]dns.RR, bool) {
	if rrs, ok := z.records[name]; ok {
		return rrs, true
	}
	if z.names[name] {
		return nil, true
	}
	for above, more := parent(name); more; above, more = parent(above) {
		if rrs, ok := z.records["*."+above]; ok {
			return rrs, true
		}
		if z.names[above] {
			return nil, false // the closest encloser has no wildcard
		}
	}
	return nil, false
}

// Answer returns the zone's records for a question, following aliases inside
// the zone, and whether the name exists. A trailing alias that leads out of the
// zone is the last record.
func (z *Zone) Answer(name string, qtype uint16) ([]dns.RR, bool) {
	var out []dns.RR
	owner := dns.CanonicalName(name)
	for range 8 { // aliases may go in a circle
		rrs, exists := z.find(owner)
		if !exists {
			return out, len(out) > 0
		}
		alias := ""
		for _, rr := range rrs {
			c, isAlias := rr.(*dns.CNAME)
			if isAlias && qtype != dns.TypeCNAME {
				alias = dns.CanonicalName(c.Target)
			} else if rr.Header().Rrtype != qtype && qtype != dns.TypeANY {
				continue
			}
			out = append(out, as(rr, owner))
		}
		if alias == "" {
			break
		}
		owner = alias
	}
	return out, true
}

// as copies a record for the name that was asked, which a wildcard's is not.
func as(rr dns.RR, owner string) dns.RR {
	rr = dns.Copy(rr)
	rr.Header().Name = owner
	return rr
}
