// Package envoy decodes what Envoy's admin port tells about itself
// (/config_dump?include_eds and /clusters?format=json) into small views that
// hold what a request's path depends on: listeners and filter chains, routes,
// clusters, endpoints and secrets. It reads plain JSON, knows nothing of
// Kubernetes, and does not judge; package match says what takes a request,
// package trace what is wrong with it.
//
// What a request's fate depends on and a view cannot hold is never dropped:
// it stays under its name as unknown, so that nobody takes a matcher that was
// not read for one that matches.
package envoy

// Config is what one Envoy runs.
type Config struct {
	Listeners []Listener
	Routes    []RouteConfig
	Clusters  []Cluster
	Secrets   []Secret
	Refused   []Refusal
	// Endpoints by cluster name.
	Endpoints map[string][]Endpoint
}

// Refusal is an update that Envoy did not take. What it had before goes on
// serving.
type Refusal struct {
	Kind    string `json:"kind"` // "listener", "route", "cluster", "endpoint", "secret"
	Name    string `json:"name"`
	Details string `json:"details"` // in Envoy's words
}

// Secret is one secret as Envoy has it, without its key.
type Secret struct {
	Name    string
	Warming bool
	Cert    string // PEM chain, leaf first
	CA      string // PEM
}

// Unknown is the kind of a matcher that the views cannot hold.
const Unknown = "unknown"

// ListenersAt returns the listeners on a port, the bootstrap's own and those
// inside of Envoy left out.
func (c *Config) ListenersAt(port int) []Listener {
	var out []Listener
	for _, l := range c.Listeners {
		if l.Port == port && !l.Static && !l.Internal {
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

// Refusal returns what Envoy said when it refused an update, "" when it took
// all of that kind and name.
func (c *Config) Refusal(kind, name string) string {
	for _, r := range c.Refused {
		if r.Kind == kind && r.Name == name {
			return r.Details
		}
	}
	return ""
}
