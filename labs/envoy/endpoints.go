package envoy

import (
	"encoding/json"
	"net"
	"slices"
	"strconv"
	"strings"
)

type endpointEntry struct {
	Config rawAssignment `json:"endpoint_config"`
	Error  *refusal      `json:"error_state"`
}

type locality struct {
	Region  string `json:"region"`
	Zone    string `json:"zone"`
	SubZone string `json:"sub_zone"`
}

func (l locality) String() string {
	return strings.TrimRight(strings.Join([]string{l.Region, l.Zone, l.SubZone}, "/"), "/")
}

type rawAssignment struct {
	Cluster   string `json:"cluster_name"`
	Endpoints []struct {
		Locality locality `json:"locality"`
		Priority int      `json:"priority"`
		LB       []struct {
			Health   string `json:"health_status"`
			Endpoint struct {
				Address address `json:"address"`
			} `json:"endpoint"`
			Metadata metadata `json:"metadata"`
			Weight   int      `json:"load_balancing_weight"`
		} `json:"lb_endpoints"`
	} `json:"endpoints"`
}

func (c *Config) assign(name string, a rawAssignment) {
	out := []Endpoint{}
	for _, loc := range a.Endpoints {
		for _, e := range loc.LB {
			health := e.Health
			if health == "" || health == "UNKNOWN" {
				health = "HEALTHY"
			}
			out = append(out, Endpoint{
				Address: e.Endpoint.Address.String(), Health: health, Labels: e.Metadata.Filter.Match,
				Locality: loc.Locality.String(), Priority: loc.Priority, Weight: e.Weight,
				Tunnel: e.Metadata.tunnel(), Waypoint: e.Metadata.Filter.OriginalDst.Waypoint,
				Workload: e.Metadata.Filter.Istio.Workload,
			})
		}
	}
	c.Endpoints[name] = out
}

func (c *Config) endpoints(s section) {
	for _, list := range [][]endpointEntry{s.StaticEndpoints, s.DynamicEndpoints} {
		for _, e := range list {
			c.refused("endpoint", e.Config.Cluster, e.Error)
			if e.Config.Cluster != "" {
				c.assign(e.Config.Cluster, e.Config)
			}
		}
	}
}

// health takes the hosts of each cluster from /clusters, which knows active
// checks, ejections and what names resolved to: a name without an address is
// no endpoint.
func (c *Config) health(raw []byte) error {
	var d struct {
		Clusters []struct {
			Name  string       `json:"name"`
			Hosts []hostStatus `json:"host_statuses"`
		} `json:"cluster_statuses"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	for _, x := range d.Clusters {
		known := map[string]Endpoint{}
		for _, e := range c.Endpoints[x.Name] {
			known[e.Address] = e
		}
		hosts := []Endpoint{}
		for _, h := range x.Hosts {
			hosts = append(hosts, h.view(known))
		}
		c.Endpoints[x.Name] = hosts
	}
	return nil
}

type hostStatus struct {
	Address  address        `json:"address"`
	Hostname string         `json:"hostname"`
	Health   map[string]any `json:"health_status"`
	Locality locality       `json:"locality"`
	Priority int            `json:"priority"`
	Weight   int            `json:"weight"`
}

// view tells what is known of a host: its labels are in the config dump, by
// its address or by the name that resolved to it.
func (h hostStatus) view(known map[string]Endpoint) Endpoint {
	e, ok := known[h.Address.String()]
	if !ok {
		e = known[net.JoinHostPort(h.Hostname, strconv.Itoa(h.Address.Socket.Port))]
	}
	e.Address, e.Health, e.Failed = h.Address.String(), "HEALTHY", nil
	if !ok {
		e.Locality, e.Priority, e.Weight = h.Locality.String(), h.Priority, h.Weight
	}
	if eds, ok := h.Health["eds_health_status"].(string); ok {
		e.Health = eds
	}
	for name, v := range h.Health {
		if failed, ok := v.(bool); ok && failed {
			e.Failed = append(e.Failed, name)
		}
	}
	slices.Sort(e.Failed)
	return e
}
