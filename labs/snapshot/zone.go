package snapshot

import (
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/zone"
)

// Where the zone of the outside world is kept in the cluster.
const (
	ZoneNamespace = labs.NamespacePrefix + "internet"
	ZoneName      = "public-dns"
	ZoneKey       = "zone"
)

// ParseZone reads a zone's text into the form that a snapshot holds: the
// addresses and aliases of each owner. Lines that cannot be read are named in
// the error, and are no records; the rest is returned all the same.
func ParseZone(text string) (map[string][]string, error) {
	z, err := zone.Parse(text)
	return z.Values(), err
}

// Resolve answers as a resolver of the zone would: the addresses of a host,
// by its own record, through aliases, or by the closest wildcard. Empty means
// that the name has no address.
func (s Snapshot) Resolve(host string) []string { return Resolve(s.Zone, host) }

// Aliases are the names that a host stands for in the zone, one after another.
func (s Snapshot) Aliases(host string) []string { return zone.Of(s.Zone).Aliases(host) }

// Resolve looks a host up in a zone as ParseZone returns it.
func Resolve(values map[string][]string, host string) []string {
	return zone.Of(values).Addresses(host)
}
