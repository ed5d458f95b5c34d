package envoy

import (
	"encoding/json"
	"slices"
)

type clusterEntry struct {
	Cluster rawCluster `json:"cluster"`
	Error   *refusal   `json:"error_state"`
}

type rawCluster struct {
	Name string `json:"name"`
	Type string `json:"type"`
	EDS  struct {
		Service string `json:"service_name"`
	} `json:"eds_cluster_config"`
	Custom struct {
		Name string `json:"name"`
	} `json:"cluster_type"`
	Original struct {
		UseHeader bool   `json:"use_http_header"`
		Header    string `json:"http_header_name"`
		Port      int    `json:"upstream_port_override"`
	} `json:"original_dst_lb_config"`
	Socket     *clusterSocket `json:"transport_socket"`
	Matches    []socketMatch  `json:"transport_socket_matches"`
	Assignment *rawAssignment `json:"load_assignment"`
	Metadata   metadata       `json:"metadata"`
	Protocols  struct {
		HTTP struct {
			Upstream struct {
				AutoSNI bool `json:"auto_sni"`
				AutoSAN bool `json:"auto_san_validation"`
			} `json:"upstream_http_protocol_options"`
		} `json:"envoy.extensions.upstreams.http.v3.HttpProtocolOptions"`
	} `json:"typed_extension_protocol_options"`
	Breakers struct {
		Thresholds []struct {
			Priority string `json:"priority"`
			Max      int    `json:"max_connections"`
		} `json:"thresholds"`
	} `json:"circuit_breakers"`
}

type socketMatch struct {
	Name   string         `json:"name"`
	Match  labels         `json:"match"`
	Socket *clusterSocket `json:"transport_socket"`
}

// clusterSocket is decoded at once: thousands of clusters have one.
type clusterSocket struct{ tls *UpstreamTLS }

func (s *clusterSocket) UnmarshalJSON(b []byte) error {
	var raw socket
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	t, ok, err := raw.tls()
	if ok {
		s.tls = t.upstream()
	}
	return err
}

// unlimited is what Istio sets where a rule sets no limit.
const unlimited = 1<<32 - 1

func (c *Config) clusters(s section) {
	active := map[string]bool{}
	for i, e := range slices.Concat(s.StaticClusters, s.ActiveClusters, s.WarmingClusters) {
		name := e.Cluster.Name
		c.refused("cluster", name, e.Error)
		warming := i >= len(s.StaticClusters)+len(s.ActiveClusters)
		if name == "" || warming && active[name] {
			continue // refused, or the active one serves until this one is warm
		}
		active[name] = true
		x := e.Cluster.view()
		x.Warming = warming
		c.Clusters = append(c.Clusters, x)
		if e.Cluster.Assignment != nil {
			c.assign(name, *e.Cluster.Assignment)
		}
	}
}

func (r rawCluster) view() Cluster {
	c := Cluster{
		Name: r.Name, Type: r.Type, Service: r.EDS.Service, Config: r.Metadata.Filter.Istio.Config,
		External: r.Metadata.Filter.Istio.External, DstPort: r.Original.Port,
	}
	if c.Type == "" {
		c.Type = r.Custom.Name
	}
	c.OwnAddress = c.Type == "ORIGINAL_DST"
	if r.Original.UseHeader {
		if c.DstHeader = r.Original.Header; c.DstHeader == "" {
			c.DstHeader = "x-envoy-original-dst-host"
		}
	}
	if r.Socket != nil && r.Socket.tls != nil {
		c.TLS = r.auto(r.Socket.tls)
	}
	for _, m := range r.Matches {
		s := Socket{Name: m.Name, Labels: m.Match}
		if m.Socket != nil && m.Socket.tls != nil {
			s.TLS = r.auto(m.Socket.tls)
		}
		if len(m.Match) == 0 {
			c.TLS = s.TLS // it fits all: what comes after it is for nobody
			break
		}
		c.Sockets = append(c.Sockets, s)
	}
	for _, b := range r.Breakers.Thresholds {
		if (b.Priority == "" || b.Priority == "DEFAULT") && b.Max != unlimited {
			c.MaxConnections = b.Max
		}
	}
	return c
}

// auto adds what the cluster's HTTP options say of server names.
func (r rawCluster) auto(t *UpstreamTLS) *UpstreamTLS {
	up := r.Protocols.HTTP.Upstream
	t.AutoSNI, t.AutoSAN = t.AutoSNI || up.AutoSNI, t.AutoSAN || up.AutoSAN
	return t
}
