package accuracy

import (
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/outside"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// apart is the time between two objects whose age decides: the API server
// keeps whole seconds.
const apart = 1100 * time.Millisecond

// lab is the case in the form in which package fault applies it.
func (c Case) lab() *labs.Lab {
	return &labs.Lab{
		ID: c.ID, Gateway: c.gateway(), Requests: map[string]labs.Request{labs.MainRequest: c.Request},
		Certificates: append(slices.Clone(c.Certificates), outside.Certificates(c.Outside)...),
	}
}

func (c Case) gateway() string {
	if c.Request.Gateway != "" {
		return c.Request.Gateway
	}
	return labs.DefaultGateway
}

// world is what has to be there before the case's own objects: the servers
// outside, with their records, so that no proxy asks for them in vain.
func (c Case) world() labs.Change {
	if len(c.Outside) == 0 {
		return labs.Change{}
	}
	out := []labs.Manifest{outside.Home(outside.Namespace)}
	for _, s := range c.Outside {
		out = append(out, outside.Manifests(s)...)
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

// zone is the public zone of the case: its servers, and when whole its own
// records. Without a word of it the request's host leads to the gateway.
func (c Case) zone(whole bool) labs.Manifest {
	records := outside.Records(c.Outside)
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
	return outside.Zone(records)
}
