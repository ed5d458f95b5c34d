package envoy

import "time"

// RouteConfig is one route table.
type RouteConfig struct {
	Name       string
	IgnorePort bool // of the Host header
	Hosts      []VirtualHost
	Unknown    string // how hosts come in that are not listed: "vhds"
}

// VirtualHost is the routes of a set of domains.
type VirtualHost struct {
	Name    string
	Domains []string
	Routes  []Route
	// RequireTLS: "ALL" redirects plain HTTP to https before any route is looked at.
	RequireTLS string
	Unknown    string // what picks its routes otherwise: "matcher"
}

// Route is one rule of a virtual host.
type Route struct {
	Name     string
	Path     PathMatch
	Headers  []HeaderMatch
	Query    []HeaderMatch
	Claims   []Claim    // of the request's token
	Unknown  []string   // further conditions that are not held here, by name
	Clusters []string   // with a weight above 0
	Weighted []Weighted // all, with their weights
	// ClusterFrom tells what names the cluster at run time where none is
	// listed: "cluster_header x-to".
	ClusterFrom  string
	Redirect     *Redirect
	Direct       int    // status of a direct response, 0 when none
	Body         string // of the direct response
	Rewrite      *Rewrite
	Mirrors      []Mirror
	Timeout      time.Duration // of the whole answer, 0: none
	Retries      int
	RetryOn      string
	Abort        int     // status of an injected fault, 0 when none
	AbortPercent float64 // of the requests
	Delay        time.Duration
	DelayPercent float64
	CORS         *CORS
	Filters      []string // HTTP filters that are set up for this route alone, sorted
	Config       string   // Istio's metadata: API path of the object it came from
	// NotFound is the status when the cluster does not exist; 0 means 503.
	NotFound int
}

// Weighted is one cluster that a request may be sent to, and its share.
type Weighted struct {
	Cluster string
	Weight  int
}

// Redirect is where a redirect points; empty fields are the request's own.
type Redirect struct {
	Scheme       string
	Host         string
	Port         int
	Path         string // whole
	Prefix       string // in place of the matched one
	Regex        string
	Substitution string
	StripQuery   bool
	Code         int
}

// Rewrite is what is changed before the request is sent on.
type Rewrite struct {
	Prefix       string // in place of the matched one
	Regex        string
	Substitution string
	Host         string
}

// Mirror is a copy of the request for another cluster.
type Mirror struct {
	Cluster string
	Percent float64
}

// CORS is what browsers of other origins may ask.
type CORS struct {
	Origins     []StringMatch
	Methods     string
	Headers     string
	Credentials bool
}

// PathMatch is the path part of a route match.
type PathMatch struct {
	Kind       string // "prefix", "path", "regex", "separated", "template", "connect", Unknown
	Value      string // of an unknown one its name
	IgnoreCase bool
}

// HeaderMatch matches one header or query parameter.
type HeaderMatch struct {
	Name       string
	Kind       string // "exact", "prefix", "suffix", "contains", "regex", "present", "range", Unknown
	Value      string // of a range "first-last", the last left out; of an unknown one its name
	IgnoreCase bool
	Invert     bool
	Absent     bool // present match with false
	Empty      bool // an absent header counts as an empty one
}
