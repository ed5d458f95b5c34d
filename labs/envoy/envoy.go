// Package envoy decodes what Envoy's admin port tells about itself
// (/config_dump?include_eds and /clusters?format=json) into small views that
// hold what a request's path depends on: listeners and filter chains, routes,
// clusters, endpoints and secrets. It reads plain JSON, knows nothing of
// Kubernetes, and does not judge; package trace does.
package envoy

// Config is what one Envoy runs.
type Config struct {
	Listeners []Listener
	Routes    []RouteConfig
	Clusters  []Cluster
	Secrets   []Secret
	// Endpoints by cluster name.
	Endpoints map[string][]Endpoint
}

// Listener is one address that Envoy accepts connections on.
type Listener struct {
	Name     string
	Address  string
	Port     int
	Inspects bool // reads SNI and ALPN before it picks a chain
	Warming  bool // not yet accepting: waits for secrets or routes
	Static   bool // of the bootstrap: health and metrics
	Chains   []Chain
	Default  *Chain
}

// Chain is one filter chain of a listener.
type Chain struct {
	Name     string
	Match    Match
	TLS      *TLS     // nil: Envoy does not terminate TLS here
	HTTP     bool     // an HTTP connection manager ends the chain
	Route    string   // name of its route configuration
	Clusters []string // of the TCP proxy that ends it otherwise
	Filters  []string // network and HTTP filters in order
}

// Match says which connections a filter chain is for. Empty fields match all.
type Match struct {
	Port      int
	Prefixes  []string // destination CIDRs
	Names     []string // server names: exact, or "*.suffix"
	Transport string   // "tls", "raw_buffer"
	ALPN      []string
}

// TLS is what Envoy needs to terminate TLS.
type TLS struct {
	Secrets       []string // SDS names of the certificates
	CA            string   // SDS name of the client CA, "" when none
	RequireClient bool
	MinVersion    string
	ALPN          []string
}

// RouteConfig is one route table.
type RouteConfig struct {
	Name       string
	IgnorePort bool // of the Host header
	Hosts      []VirtualHost
}

// VirtualHost is the routes of a set of domains.
type VirtualHost struct {
	Name    string
	Domains []string
	Routes  []Route
}

// Route is one rule of a virtual host.
type Route struct {
	Name     string
	Path     PathMatch
	Headers  []HeaderMatch
	Query    []HeaderMatch
	Clusters []string // with a weight above 0
	Redirect bool
	Direct   int    // status of a direct response, 0 when none
	Abort    int    // status of an injected fault, 0 when none
	Config   string // Istio's metadata: API path of the object it came from
	// NotFound is the status when the cluster does not exist; 0 means 503.
	NotFound int
}

// PathMatch is the path part of a route match.
type PathMatch struct {
	Kind       string // "prefix", "path", "regex", "separated", "template"
	Value      string
	IgnoreCase bool
}

// HeaderMatch matches one header or query parameter.
type HeaderMatch struct {
	Name       string
	Kind       string // "exact", "prefix", "suffix", "contains", "regex", "present"
	Value      string
	IgnoreCase bool
	Invert     bool
	Absent     bool // present match with false
	Empty      bool // an absent header counts as an empty one
}

// Cluster is one upstream.
type Cluster struct {
	Name    string
	Type    string // "EDS", "STRICT_DNS", "ORIGINAL_DST", …
	Service string // EDS service name
	TLS     *UpstreamTLS
	// ByPeer: TLS is chosen for each endpoint by its tlsMode label.
	ByPeer  bool
	Config  string // API path of the DestinationRule, "" when none
	Warming bool
	// MaxConnections is the circuit breaker's limit, 0 when there is none.
	MaxConnections int
}

// UpstreamTLS is how Envoy speaks TLS to a cluster.
type UpstreamTLS struct {
	SNI     string
	Secrets []string // SDS names of the client certificate
	CA      string   // SDS name or file of the CA
}

// Endpoint is one address of a cluster.
type Endpoint struct {
	Address string // ip:port
	Health  string // "HEALTHY", "UNHEALTHY", "DRAINING", …
	TLSMode string // "istio" when the peer can do mutual TLS
	Failed  []string
}

// Secret is one secret as Envoy has it, without its key.
type Secret struct {
	Name    string
	Warming bool
	Cert    string // PEM chain, leaf first
	CA      string // PEM
}

// ListenersAt returns the accepting listeners on a port, the bootstrap's own
// left out.
func (c *Config) ListenersAt(port int) []Listener {
	var out []Listener
	for _, l := range c.Listeners {
		if l.Port == port && !l.Static {
			out = append(out, l)
		}
	}
	return out
}

// RouteConfig returns the route table of that name.
func (c *Config) RouteConfig(name string) (RouteConfig, bool) {
	for _, r := range c.Routes {
		if r.Name == name {
			return r, true
		}
	}
	return RouteConfig{}, false
}

// Cluster returns the cluster of that name.
func (c *Config) Cluster(name string) (Cluster, bool) {
	for _, x := range c.Clusters {
		if x.Name == name {
			return x, true
		}
	}
	return Cluster{}, false
}

// Secret returns the secret of that name, an active one before a warming one.
func (c *Config) Secret(name string) (Secret, bool) {
	var found *Secret
	for i, s := range c.Secrets {
		if s.Name == name && (found == nil || found.Warming) {
			found = &c.Secrets[i]
		}
	}
	if found == nil {
		return Secret{}, false
	}
	return *found, true
}

// Mode names how a cluster is spoken to, in the words of a DestinationRule:
// DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL, or AUTO where each endpoint's label
// decides.
func (c Cluster) Mode() string {
	switch {
	case c.ByPeer:
		return "AUTO"
	case c.TLS == nil:
		return "DISABLE"
	case len(c.TLS.Secrets) == 0:
		return "SIMPLE"
	case c.TLS.Secrets[0] == "default":
		return "ISTIO_MUTUAL"
	}
	return "MUTUAL"
}
