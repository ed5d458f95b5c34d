package envoy

// Cluster is one upstream.
type Cluster struct {
	Name    string
	Type    string       // "EDS", "STRICT_DNS", "ORIGINAL_DST", …
	Service string       // EDS service name
	TLS     *UpstreamTLS // to endpoints that none of the sockets is for
	Sockets []Socket     // what endpoints are told apart by, the first that fits counts
	// OwnAddress: endpoints are where the client meant to go (ORIGINAL_DST);
	// DstHeader names the header that may say otherwise.
	OwnAddress bool
	DstHeader  string
	DstPort    int    // in place of the port that the client meant
	Config     string // API path of the DestinationRule, "" when none
	Warming    bool
	// MaxConnections is the circuit breaker's limit, 0 when there is none.
	MaxConnections int
	External       bool // of a ServiceEntry outside the mesh
}

// Socket is how endpoints with these labels are spoken to.
type Socket struct {
	Name   string
	Labels map[string]string // never empty: a socket for all is the cluster's own
	TLS    *UpstreamTLS      // nil: plain text
}

// fits says whether the socket is for an endpoint: its labels are all there.
func (s Socket) fits(e Endpoint) bool {
	for k, v := range s.Labels {
		if have, ok := e.Labels[k]; !ok || have != v {
			return false
		}
	}
	return true
}

// tunnels says whether the socket is for endpoints in a tunnel.
func (s Socket) tunnels() bool { return s.Labels["tunnel"] != "" }

// UpstreamTLS is how Envoy speaks TLS to a cluster.
type UpstreamTLS struct {
	SNI      string
	Secrets  []string // SDS names of the client certificate
	Files    []string // client certificates that are read from files
	Inline   []string
	CA       string // SDS name of the CA
	CAFile   string
	CAInline string
	SANs     []StringMatch // names that the server's certificate must have one of
	AutoSNI  bool          // the SNI is the request's authority
	AutoSAN  bool          // and so is the name that is asked of the certificate
	ALPN     []string
}

// Endpoint is one address of a cluster.
type Endpoint struct {
	// Address is ip:port, envoy://listener/id of a listener inside of Envoy, or
	// unix://path.
	Address  string
	Health   string            // "HEALTHY", "UNHEALTHY", "DRAINING", …
	Labels   map[string]string // by which sockets are chosen: tlsMode is "istio" when the peer can do mutual TLS
	Failed   []string
	Locality string // region/zone/subzone
	Priority int
	Weight   int
	Tunnel   string // where the listener inside of Envoy takes it: HBONE destination
	Waypoint string // that the tunnel leads through, ip:port
	Workload string // Istio's metadata: "name;namespace;canonical;revision;cluster"
}

// Mode names how a cluster is spoken to, in the words of a DestinationRule:
// DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL, or AUTO where each endpoint's label
// decides.
func (c Cluster) Mode() string {
	for _, s := range c.Sockets {
		if !s.tunnels() {
			return "AUTO"
		}
	}
	return c.TLS.Mode()
}

// To is how Envoy speaks TLS to one endpoint, nil where it does not.
func (c Cluster) To(e Endpoint) *UpstreamTLS {
	for _, s := range c.Sockets {
		if s.fits(e) {
			return s.TLS
		}
	}
	return c.TLS
}

// Mode names a way of speaking TLS as Cluster.Mode does.
func (t *UpstreamTLS) Mode() string {
	switch {
	case t == nil:
		return "DISABLE"
	case len(t.Secrets)+len(t.Files)+len(t.Inline) == 0:
		return "SIMPLE"
	case len(t.Secrets) > 0 && t.Secrets[0] == "default":
		return "ISTIO_MUTUAL"
	}
	return "MUTUAL"
}
