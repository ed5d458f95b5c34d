package envoy

// Listener is one address that Envoy accepts connections on.
type Listener struct {
	Name      string
	Address   string
	Port      int
	Direction string // "INBOUND", "OUTBOUND", "" for a gateway of old
	Inspects  bool   // reads SNI and ALPN before it picks a chain
	Sniffs    bool   // tells HTTP from other bytes before it picks a chain
	// NotInspected and NotSniffed are the ports for which it does not, by the
	// port that the client meant.
	NotInspected []PortRange
	NotSniffed   []PortRange
	Warming      bool // not yet accepting: waits for secrets or routes
	Static       bool // of the bootstrap: health and metrics
	Internal     bool // takes connections of Envoy itself only (HBONE)
	Unbound      bool // opens no port: connections are handed to it by another
	OriginalDst  bool // takes the address the client meant for that of the connection
	Filters      []string
	Chains       []Chain
	Default      *Chain
	Matcher      *Matcher // picks the chain by its name, where there is one
	// Refused is why Envoy did not take the latest version; this is the one
	// before it.
	Refused string
}

// PortRange is ports from First to Last.
type PortRange struct{ First, Last int }

// Chain is one filter chain of a listener.
type Chain struct {
	Name     string
	Match    Match
	TLS      *TLS       // nil: Envoy does not terminate TLS here
	HTTP     bool       // an HTTP connection manager ends the chain
	Route    string     // name of its route configuration
	Clusters []string   // of the TCP proxy that ends it otherwise
	Weighted []Weighted // the same with their weights
	Tunnel   string     // host that the TCP proxy asks a CONNECT for
	Filters  []string   // network and HTTP filters in order
	RBAC     []RBAC     // in order
	JWT      []string   // issuers that jwt_authn knows
	// TokenElsewhere: a token may come elsewhere than in the header authorization
	// and the parameter access_token.
	TokenElsewhere bool
	ExtAuthz       []string // clusters of external authorization
	// NormalizesPath: "/a/../b" is matched as "/b"; MergesSlashes: "//a" as "/a".
	NormalizesPath bool
	MergesSlashes  bool
}

// RBAC is one filter of authorization with what it holds: one of the rules.
type RBAC struct {
	Network  bool     // for connections, not requests
	Shadow   bool     // only counted: audit and dry run
	Action   string   // "ALLOW", "DENY", "LOG"
	Policies []string // "ns[a]-policy[b]-rule[0]", sorted
}

// Match says which connections a filter chain is for. Empty fields match all.
type Match struct {
	Port      int
	Prefixes  []string // destination CIDRs
	Names     []string // server names: exact, or "*.suffix"
	Transport string   // "tls", "raw_buffer"
	ALPN      []string
	Sources   []string // CIDRs of the client
	Unknown   []string // criteria that are not held here
}

// TLS is what Envoy needs to terminate TLS.
type TLS struct {
	Secrets       []string // SDS names of the certificates; "file-cert:…" from files
	Files         []string // certificates that are read from files
	Inline        []string // certificates in the listener itself, PEM
	CA            string   // SDS name of the client CA, "" when none
	CAFile        string
	CAInline      string
	SANs          []StringMatch // names that a client's certificate must have one of
	RequireClient bool
	MinVersion    string
	MaxVersion    string
	ALPN          []string
}

// AsksClient says whether clients are asked for a certificate.
func (t TLS) AsksClient() bool {
	return t.RequireClient || t.CA != "" || t.CAFile != "" || t.CAInline != ""
}

// StringMatch compares one text.
type StringMatch struct {
	Kind       string // "exact", "prefix", "suffix", "contains", "regex", Unknown
	Value      string
	IgnoreCase bool
}

// Matcher is a tree that picks a filter chain: by what Input says of the
// connection. A leaf has a Chain only.
type Matcher struct {
	Chain     string
	Input     string              // "DestinationIP", "DestinationPort", "ApplicationProtocol", …
	Exact     map[string]*Matcher // by the input's text
	Ranges    []IPRange           // by the input's address, the longest prefix first
	Otherwise *Matcher
	Unknown   string // what of it is not held here
}

// IPRange is one way of a Matcher.
type IPRange struct {
	CIDRs []string
	Then  *Matcher
}
