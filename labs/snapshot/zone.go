package snapshot

import (
	"net/netip"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Where the zone of the outside world is kept in the cluster.
const (
	ZoneNamespace = labs.NamespacePrefix + "internet"
	ZoneName      = "public-dns"
	ZoneKey       = "zone"
)

// ParseZone reads the lines of a zone file as far as labs need it: A, AAAA
// and CNAME records with absolute owners, "*." owners allowed, comments from
// ";" on. Owners are lower case without the last dot; a CNAME's value is a
// name. Lines it cannot read are returned, so that nobody takes them for
// records.
func ParseZone(text string) (zone map[string][]string, bad []string) {
	zone = map[string][]string{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, ";")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		owner, kind, value, ok := record(f)
		if !ok {
			bad = append(bad, strings.TrimSpace(line))
			continue
		}
		if kind == "CNAME" {
			value = canonical(value)
		} else if a, err := netip.ParseAddr(value); err != nil || a.Is4() != (kind == "A") {
			bad = append(bad, strings.TrimSpace(line))
			continue
		}
		zone[owner] = append(zone[owner], value)
	}
	return zone, bad
}

// record splits "owner [ttl] [IN] TYPE value"; TTL and class in any order.
func record(f []string) (owner, kind, value string, ok bool) {
	if len(f) < 3 {
		return "", "", "", false
	}
	owner = canonical(f[0])
	kind, value = strings.ToUpper(f[len(f)-2]), f[len(f)-1]
	for _, x := range f[1 : len(f)-2] {
		if x != "IN" && x != "in" && strings.Trim(x, "0123456789smhdwSMHDW") != "" {
			return "", "", "", false
		}
	}
	return owner, kind, value, kind == "A" || kind == "AAAA" || kind == "CNAME"
}

func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// Resolve answers as a resolver of the zone would: the addresses of a host,
// by its own record, through CNAMEs, or by the closest wildcard. Empty means
// that the name has no address.
func (s Snapshot) Resolve(host string) []string { return Resolve(s.Zone, host) }

// Resolve looks a host up in a zone as ParseZone returns it.
func Resolve(zone map[string][]string, host string) []string {
	name := canonical(host)
	for range 8 {
		values := lookup(zone, name)
		if len(values) == 0 {
			return nil
		}
		if _, err := netip.ParseAddr(values[0]); err == nil {
			return values
		}
		name = values[0]
	}
	return nil
}

func lookup(zone map[string][]string, name string) []string {
	if v, ok := zone[name]; ok {
		return v
	}
	for rest := name; ; {
		_, parent, more := strings.Cut(rest, ".")
		if !more {
			return nil
		}
		if v, ok := zone["*."+parent]; ok {
			return v
		}
		if _, ok := zone[parent]; ok {
			return nil // RFC 4592: the closest existing name has no wildcard
		}
		rest = parent
	}
}
