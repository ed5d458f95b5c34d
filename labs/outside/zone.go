package outside

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Records are the public records of servers, in the form that Zone reads.
func Records(list []labs.Server) map[string]string {
	out := map[string]string{}
	for _, s := range list {
		out[s.Host] = Namespace + "/" + Name(s)
	}
	return out
}

// Zone is the public zone with these records, by host. A record's value is
// one or more of: an address, "gateway" (the one that requests enter by),
// namespace/service (its address), "none", or another name.
func Zone(records map[string]string) labs.Manifest {
	var b strings.Builder
	for _, host := range slices.Sorted(maps.Keys(records)) {
		for _, value := range strings.Fields(records[host]) {
			b.WriteString(record(host, value))
		}
	}
	m := manifest("v1", "ConfigMap", snapshot.ZoneNamespace, snapshot.ZoneName, nil)
	m.Object["data"] = map[string]any{snapshot.ZoneKey: b.String()}
	return m
}

// record is one line of the zone, in the form of RFC 1035.
func record(host, value string) string {
	kind := "A"
	address, err := netip.ParseAddr(value)
	switch {
	case value == "none":
		return ""
	case value == "gateway":
		value = "${GATEWAY_IP}"
	case strings.Contains(value, "/"):
		value = "${ADDRESS:" + value + "}"
	case err != nil:
		kind, value = "CNAME", strings.TrimSuffix(value, ".")+"."
	case address.Is6():
		kind = "AAAA"
	}
	return fmt.Sprintf("%s. 60 IN %s %s\n", host, kind, value)
}
