// Package resolver is the sandbox's DNS server: cluster.local out of the
// Services, everything else out of one zone that stands for the public DNS and
// is data in the cluster. It must not ask any server of the host's.
package resolver

import (
	"errors"
	"fmt"
	"slices"
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

// ParseZone reads master-file lines (RFC 1035 §5), one record each, names
// absolute. Bad lines are left out and named in the error; the zone of the good
// ones is returned all the same.
func ParseZone(text string) (*Zone, error) {
	z := &Zone{records: map[string][]dns.RR{}, names: map[string]bool{}}
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
		owner := dns.CanonicalName(rr.Header().Name)
		z.records[owner] = append(z.records[owner], rr)
		for name, more := strings.TrimPrefix(owner, "*."), true; more; name, more = parent(name) {
			z.names[name] = true
		}
	}
	return z, errors.Join(problems...)
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

// Names lists the zone's owners, sorted.
func (z *Zone) Names() []string {
	var out []string
	for n := range z.records {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}
