package labs

import (
	"net"
	"strings"
)

// Request says who asks what of whom, by which way, and who ought to answer.
type Request struct {
	Name    string            `json:"name"`              // the lab's name for it: "main"
	From    string            `json:"from"`              // "outside", or a workload: "ns/deployment"
	URL     string            `json:"url"`               // scheme, host, port, path
	SNI     string            `json:"sni,omitempty"`     // when not the URL's host; NoServerName
	Method  string            `json:"method,omitempty"`  // GET when empty
	Headers map[string]string `json:"headers,omitempty"` // Host overrides the authority
	Trust   string            `json:"trust,omitempty"`   // name of the CA the client trusts; "" = the lab's public CA
	Cert    string            `json:"cert,omitempty"`    // name of the client certificate to present
	Gateway string            `json:"gateway,omitempty"` // "ns/service" of the entry; "" = where the host's DNS name leads
	Connect string            `json:"connect,omitempty"` // address to connect to in place of what the host resolves to
	// Via is a proxy that policy wants the request to pass: the Service of an
	// egress gateway or a waypoint, "ns/service". An answer that went past it
	// is a fault.
	Via string `json:"via,omitempty"`
	// To is who ought to answer: a workload "ns/deployment", one of its subsets
	// "ns/deployment#label=value", or a server outside, "outside/host". An
	// answer of somebody else is a fault.
	To string `json:"to,omitempty"`
	// Refused: policy wants no such request to succeed; an answer is a fault.
	Refused bool `json:"refused,omitempty"`
	// HTTP2: the client offers nothing else; without TLS it begins with it.
	HTTP2 bool `json:"http2,omitempty"`
	// Samples is how often it is asked in one go, one time after the other; 1
	// when 0. The answer shown is the first that failed, else the last.
	Samples int `json:"samples,omitempty"`
	// Follow a redirect, at most ten times; a loop is a fault.
	Follow bool `json:"follow,omitempty"`
}

// NoServerName is the SNI of a client that sends none.
const NoServerName = "none"

// ServerName is the SNI that the client sends when it asks a host: what the
// request says, else the host, and none for an address.
func (r Request) ServerName(host string) string {
	switch {
	case r.SNI == NoServerName || r.SNI == "" && net.ParseIP(host) != nil:
		return ""
	case r.SNI != "":
		return r.SNI
	}
	return host
}

// Forwarded is the request at another host, to which the client was sent: the
// server name was meant for the first. A client that sends none never does.
func (r Request) Forwarded() Request {
	if r.SNI != NoServerName {
		r.SNI = ""
	}
	return r
}

// Outside says whether the request comes from outside the cluster.
func (r Request) Outside() bool { return r.From == "" || r.From == "outside" }

// IsPair says whether a text names something as namespace/name.
func IsPair(text string) bool {
	ns, name, ok := strings.Cut(text, "/")
	return ok && ns != "" && name != "" && !strings.Contains(name, "/")
}

// IsWorkload says whether a text names what runs pods, as namespace/name or
// namespace/kind/name.
func IsWorkload(text string) bool {
	ns, rest, ok := strings.Cut(text, "/")
	return ok && ns != "" && (IsPair(rest) || rest != "" && !strings.Contains(rest, "/"))
}
