// Package snapshot holds what was observed of a cluster at one moment:
// Kubernetes objects, the configuration of the proxies on a request's path,
// DNS answers, access-log lines and the results of real requests. It is data
// only: immutable once handed out, and JSON in and out, so that tests can
// replay what was recorded live.
package snapshot

import (
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
)

// Snapshot is one observation of a cluster.
type Snapshot struct {
	At      time.Time              `json:"at"`
	Objects []Object               `json:"objects"`
	Proxies []Proxy                `json:"proxies"`
	Answers map[string]labs.Answer `json:"answers"` // by request name
	Peers   map[string][]PeerCert  `json:"peers"`   // served chain by request name, leaf first
	Zone    map[string][]string    `json:"zone"`    // public DNS: host → addresses
	// Resolved holds what the client of a request itself resolved its host to,
	// by request name; only workloads tell.
	Resolved map[string][]string `json:"resolved,omitempty"`
	// Kinds are the kinds of objects that were looked at, as GroupKind writes
	// them. Of any other kind it is not known whether there are objects.
	Kinds []string `json:"kinds,omitempty"`
	// Absent are those of them that the API server does not know: not installed,
	// which is more than that there are no objects.
	Absent []string `json:"absent,omitempty"`
	// World says that the Zone is what the DNS of the world says of the hosts
	// asked for, not an object's of the cluster.
	World bool `json:"world,omitempty"`
	// Requests are those that a recording was made for, so that it can be judged
	// again without being told of them.
	Requests []labs.Request `json:"requests,omitempty"`
	// Trust holds the PEM bundle of each CA name a client may trust.
	Trust map[string]string `json:"trust,omitempty"`
	// Missing says what could not be observed and why: kind or proxy → reason.
	Missing map[string]string `json:"missing,omitempty"`
	// Partly names the namespaces in which a kind was seen that is Missing as a
	// whole: rights may end there.
	Partly map[string][]string `json:"partly,omitempty"`
}

// MissingIn says why a kind could not be observed in a namespace, "" when it
// was.
func (s Snapshot) MissingIn(namespace, kind string) string {
	if slices.Contains(s.Partly[kind], namespace) {
		return ""
	}
	return s.Missing[kind]
}

// GroupKind writes a kind as kubectl does: "Gateway.networking.istio.io",
// "Pod".
func GroupKind(group, kind string) string {
	if group == "" {
		return kind
	}
	return kind + "." + group
}

// Looked says whether objects of a kind were looked for.
func (s Snapshot) Looked(group, kind string) bool {
	return slices.Contains(s.Kinds, GroupKind(group, kind))
}

// Installed says whether the API server knows a kind, as far as it was asked.
func (s Snapshot) Installed(group, kind string) bool {
	return !slices.Contains(s.Absent, GroupKind(group, kind))
}

// Proxy is one Envoy with the configuration it really runs.
type Proxy struct {
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	Dump      []byte `json:"dump"`     // /config_dump?include_eds, JSON
	Clusters  []byte `json:"clusters"` // /clusters?format=json
	Version   string `json:"version,omitempty"`
	// Refused are updates that it did not take, by its log. Of listeners its dump
	// tells itself.
	Refused []envoy.Refusal `json:"refused,omitempty"`
	// Config is Dump and Clusters decoded; nil where nobody did it yet.
	Config *envoy.Config `json:"-"`
}

// PeerCert is one certificate that a server presented.
type PeerCert struct {
	Subject  string    `json:"subject"`
	Issuer   string    `json:"issuer"`
	Serial   string    `json:"serial"` // hex
	DNSNames []string  `json:"dnsNames"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	PEM      string    `json:"pem,omitempty"`
}
