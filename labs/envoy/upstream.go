package envoy

import (
	"encoding/base64"
	"encoding/json"
	"slices"
)

type rawCluster struct {
	Name string `json:"name"`
	Type string `json:"type"`
	EDS  struct {
		Service string `json:"service_name"`
	} `json:"eds_cluster_config"`
	Custom struct {
		Name string `json:"name"`
	} `json:"cluster_type"`
	Socket  *socket `json:"transport_socket"`
	Matches []struct {
		Name string `json:"name"`
	} `json:"transport_socket_matches"`
	Assignment *rawAssignment `json:"load_assignment"`
	Metadata   metadata       `json:"metadata"`
	Breakers   struct {
		Thresholds []struct {
			Priority string `json:"priority"`
			Max      int    `json:"max_connections"`
		} `json:"thresholds"`
	} `json:"circuit_breakers"`
}

// unlimited is what Istio sets where a rule sets no limit.
const unlimited = 1<<32 - 1

type rawAssignment struct {
	Cluster   string `json:"cluster_name"`
	Endpoints []struct {
		LB []struct {
			Health   string `json:"health_status"`
			Endpoint struct {
				Address address `json:"address"`
			} `json:"endpoint"`
			Metadata metadata `json:"metadata"`
		} `json:"lb_endpoints"`
	} `json:"endpoints"`
}

func (c *Config) clusters(raw []byte) error {
	type entry struct {
		Cluster rawCluster `json:"cluster"`
	}
	var d struct {
		Static  []entry `json:"static_clusters"`
		Active  []entry `json:"dynamic_active_clusters"`
		Warming []entry `json:"dynamic_warming_clusters"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	for i, e := range slices.Concat(d.Static, d.Active, d.Warming) {
		x, err := e.Cluster.view()
		if err != nil {
			return err
		}
		x.Warming = i >= len(d.Static)+len(d.Active)
		if x.Warming {
			if _, active := c.Cluster(x.Name); active {
				continue // the active one serves until this one is warm
			}
		}
		c.Clusters = append(c.Clusters, x)
		if e.Cluster.Assignment != nil {
			c.assign(x.Name, *e.Cluster.Assignment)
		}
	}
	return nil
}

func (r rawCluster) view() (Cluster, error) {
	c := Cluster{Name: r.Name, Type: r.Type, Service: r.EDS.Service, Config: r.Metadata.Filter.Istio.Config}
	if c.Type == "" {
		c.Type = r.Custom.Name
	}
	for _, m := range r.Matches {
		if m.Name == "tlsMode-istio" {
			c.ByPeer = true
		}
	}
	for _, b := range r.Breakers.Thresholds {
		if (b.Priority == "" || b.Priority == "DEFAULT") && b.Max != unlimited {
			c.MaxConnections = b.Max
		}
	}
	t, ok, err := r.Socket.tls()
	if err != nil || !ok {
		return c, err
	}
	c.TLS = &UpstreamTLS{SNI: t.SNI, Secrets: names(t.Common.Certs), CA: t.ca()}
	return c, nil
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
				Address: e.Endpoint.Address.String(), Health: health,
				TLSMode: e.Metadata.Filter.Match.TLSMode,
			})
		}
	}
	c.Endpoints[name] = out
}

func (c *Config) endpoints(raw []byte) error {
	type entry struct {
		Config rawAssignment `json:"endpoint_config"`
	}
	var d struct {
		Static  []entry `json:"static_endpoint_configs"`
		Dynamic []entry `json:"dynamic_endpoint_configs"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	for _, e := range append(d.Static, d.Dynamic...) {
		if e.Config.Cluster != "" {
			c.assign(e.Config.Cluster, e.Config)
		}
	}
	return nil
}

// health adds what /clusters knows better: active checks and ejections.
func (c *Config) health(raw []byte) error {
	var d struct {
		Clusters []struct {
			Name  string `json:"name"`
			Hosts []struct {
				Address address        `json:"address"`
				Health  map[string]any `json:"health_status"`
			} `json:"host_statuses"`
		} `json:"cluster_statuses"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	for _, x := range d.Clusters {
		if _, listed := c.Endpoints[x.Name]; !listed {
			c.Endpoints[x.Name] = []Endpoint{}
		}
		for _, h := range x.Hosts {
			e := Endpoint{Address: h.Address.String(), Health: "HEALTHY"}
			if eds, ok := h.Health["eds_health_status"].(string); ok {
				e.Health = eds
			}
			for name, v := range h.Health {
				if failed, ok := v.(bool); ok && failed {
					e.Failed = append(e.Failed, name)
				}
			}
			slices.Sort(e.Failed)
			c.merge(x.Name, e)
		}
	}
	return nil
}

func (c *Config) merge(cluster string, e Endpoint) {
	for i, old := range c.Endpoints[cluster] {
		if old.Address == e.Address {
			e.TLSMode = old.TLSMode
			c.Endpoints[cluster][i] = e
			return
		}
	}
	c.Endpoints[cluster] = append(c.Endpoints[cluster], e)
}

func (c *Config) secrets(raw []byte) error {
	type entry struct {
		Name   string `json:"name"`
		Secret struct {
			Cert struct {
				Chain inline `json:"certificate_chain"`
			} `json:"tls_certificate"`
			Validation struct {
				CA inline `json:"trusted_ca"`
			} `json:"validation_context"`
		} `json:"secret"`
	}
	var d struct {
		Static  []entry `json:"static_secrets"`
		Active  []entry `json:"dynamic_active_secrets"`
		Warming []entry `json:"dynamic_warming_secrets"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	for i, e := range slices.Concat(d.Static, d.Active, d.Warming) {
		c.Secrets = append(c.Secrets, Secret{
			Name: e.Name, Warming: i >= len(d.Static)+len(d.Active),
			Cert: e.Secret.Cert.Chain.text(), CA: e.Secret.Validation.CA.text(),
		})
	}
	return nil
}

// inline is Envoy's DataSource; bytes are base64 in JSON.
type inline struct {
	Bytes string `json:"inline_bytes"`
	Text  string `json:"inline_string"`
}

func (i inline) text() string {
	if i.Bytes == "" {
		return i.Text
	}
	b, err := base64.StdEncoding.DecodeString(i.Bytes)
	if err != nil {
		return ""
	}
	return string(b)
}
