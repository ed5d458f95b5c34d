package accuracy

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// OutsideNamespace holds the servers that play the world outside.
const OutsideNamespace = labs.NamespacePrefix + "outside"

// apart is the time between two objects whose age decides: the API server
// keeps whole seconds.
const apart = 1100 * time.Millisecond

// lab is the case in the form in which package fault applies it.
func (c Case) lab() *labs.Lab {
	return &labs.Lab{
		ID: c.ID, Gateway: c.gateway(), Requests: map[string]labs.Request{labs.MainRequest: c.Request},
		Certificates: append(slices.Clone(c.Certificates), c.outsideCertificates()...),
	}
}

func (c Case) gateway() string {
	if c.Request.Gateway != "" {
		return c.Request.Gateway
	}
	return labs.DefaultGateway
}

// outsideCertificates are those of the servers outside.
func (c Case) outsideCertificates() []labs.Certificate {
	var out []labs.Certificate
	for _, s := range c.Outside {
		if s.HTTPS != 0 {
			out = append(out, s.certificate())
		}
	}
	return out
}

// world is what has to be there before the case's own objects: the servers
// outside, with their records, so that no proxy asks for them in vain.
func (c Case) world() labs.Change {
	if len(c.Outside) == 0 {
		return labs.Change{}
	}
	out := []labs.Manifest{manifest("v1", "Namespace", "", OutsideNamespace, map[string]any{})}
	out[0].Object["metadata"].(map[string]any)["labels"] = map[string]any{"istio-injection": "disabled"}
	for _, s := range c.Outside {
		out = append(out, s.manifests()...)
	}
	return labs.Change{Objects: append(out, c.zone(false))}
}

// change is the case itself: objects, those whose age decides one after the
// other, then the operations.
func (c Case) change() labs.Change {
	var out labs.Change
	rest := slices.Clone(c.Objects.Objects)
	for i, name := range c.Order {
		at := indexOf(rest, name)
		if i > 0 {
			out.Ops = append(out.Ops, labs.Op{Pause: apart})
		}
		out.Ops = append(out.Ops, labs.Op{Apply: []labs.Manifest{rest[at]}})
		rest = slices.Delete(rest, at, at+1)
	}
	if indexOf(rest, "ConfigMap "+snapshot.ZoneNamespace+"/"+snapshot.ZoneName) < 0 {
		rest = append(rest, c.zone(true))
	}
	out.Objects = rest
	out.Ops = append(out.Ops, c.Patch...)
	return out
}

// zone is the public zone of the case. A record's value is one or more of: an
// address, "gateway" (the one that the request enters by), namespace/service
// (its address), "none", or another name. Without a word of it the request's
// host leads to the gateway.
func (c Case) zone(whole bool) labs.Manifest {
	records := map[string]string{}
	for _, s := range c.Outside {
		records[s.Host] = OutsideNamespace + "/" + s.name()
	}
	if whole {
		u, err := url.Parse(c.Request.URL)
		if host := ""; err == nil && c.Request.Outside() {
			host = u.Hostname()
			if _, err := netip.ParseAddr(host); err != nil && records[host] == "" {
				records[host] = "gateway"
			}
		}
		maps.Copy(records, c.DNS)
	}
	var b strings.Builder
	for _, host := range slices.Sorted(maps.Keys(records)) {
		for _, value := range strings.Fields(records[host]) {
			b.WriteString(zoneRecord(host, value))
		}
	}
	m := manifest("v1", "ConfigMap", snapshot.ZoneNamespace, snapshot.ZoneName, nil)
	m.Object["data"] = map[string]any{snapshot.ZoneKey: b.String()}
	return m
}

func zoneRecord(host, value string) string {
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

// manifest makes an object; spec may be nil.
func manifest(version, kind, namespace, name string, spec map[string]any) labs.Manifest {
	meta := map[string]any{"name": name}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	o := map[string]any{"apiVersion": version, "kind": kind, "metadata": meta}
	if len(spec) > 0 {
		o["spec"] = spec
	}
	return labs.Manifest{Object: o, Pos: labs.Pos{File: caseFile}}
}
