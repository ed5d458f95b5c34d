package labs

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Step is one step of the gateway debugging runbook. Every lab walks all six,
// in this order.
type Step string

// The six steps.
const (
	StepCapture     Step = "capture"
	StepEntry       Step = "entry"
	StepListeners   Step = "listeners"
	StepTLS         Step = "tls"
	StepHosts       Step = "hosts"
	StepDestination Step = "destination"
)

// Steps lists the runbook in order.
func Steps() []Step {
	return []Step{StepCapture, StepEntry, StepListeners, StepTLS, StepHosts, StepDestination}
}

// After says whether the runbook comes to a step later than to another one.
func (s Step) After(other Step) bool {
	return slices.Index(Steps(), s) > slices.Index(Steps(), other)
}

// Layer is one layer of a request's path through a gateway.
type Layer string

// The six layers, from the client inwards.
const (
	LayerDNS         Layer = "dns"
	LayerEntry       Layer = "entry"
	LayerListener    Layer = "listener"
	LayerTLS         Layer = "tls"
	LayerRoute       Layer = "route"
	LayerDestination Layer = "destination"
)

// Layers lists the path in order.
func Layers() []Layer {
	return []Layer{LayerDNS, LayerEntry, LayerListener, LayerTLS, LayerRoute, LayerDestination}
}

// Layers returns the layers whose verdicts make up the step's verdict;
// none for capture, which only asks for a finding.
func (s Step) Layers() []Layer {
	switch s {
	case StepEntry:
		return []Layer{LayerDNS, LayerEntry}
	case StepListeners:
		return []Layer{LayerListener}
	case StepTLS:
		return []Layer{LayerTLS}
	case StepHosts:
		return []Layer{LayerRoute}
	case StepDestination:
		return []Layer{LayerDestination}
	}
	return nil
}

// Verdict is what can be said of a layer or a step.
type Verdict string

// The verdicts. OffPath means that the request never gets there, or that the
// layer plays no part (TLS for plain HTTP). Unknown means that something
// needed for a verdict could not be observed; it is never shown as healthy.
const (
	Healthy Verdict = "healthy"
	Broken  Verdict = "broken"
	OffPath Verdict = "off-path"
	Unknown Verdict = "unknown"
)

// Request says who asks what of whom, by which way, and who ought to answer.
type Request struct {
	Name    string            `json:"name"`              // the lab's name for it: "main"
	From    string            `json:"from"`              // "outside", or a workload: "ns/deployment"
	URL     string            `json:"url"`               // scheme, host, port, path
	SNI     string            `json:"sni,omitempty"`     // when not the URL's host
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
	// Follow a redirect, at most ten times; a loop is a fault.
	Follow bool `json:"follow,omitempty"`
}

// Outside says whether the request comes from outside the cluster.
func (r Request) Outside() bool { return r.From == "" || r.From == "outside" }

// Object names a Kubernetes object.
type Object struct {
	Group     string `json:"group,omitempty"` // API group: two kinds are called Gateway
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// String renders kind namespace/name, the form in which learners answer.
func (o Object) String() string {
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}

// Long is String with the API group, where the object has one:
// "Gateway.networking.istio.io shop/public".
func (o Object) Long() string {
	if o.Group != "" {
		o.Kind += "." + o.Group
	}
	return o.String()
}

// Role is what a hop does for a request.
type Role string

// The roles. A sidecar is the client's: the one beside the server belongs to
// the destination layer of the hop before it.
const (
	RoleGateway  Role = "gateway"
	RoleSidecar  Role = "sidecar"
	RoleEgress   Role = "egress"
	RoleWaypoint Role = "waypoint"
	RoleServer   Role = "server"
)

// Roles lists the roles of proxies; a path's hops are named by them. A second
// hop of one role has a number: "gateway-2".
func Roles() []Role { return []Role{RoleGateway, RoleSidecar, RoleEgress, RoleWaypoint} }

// IsHopName says whether a path's hop can be called so.
func IsHopName(name string) bool {
	role, count, numbered := strings.Cut(name, "-")
	n, err := strconv.Atoi(count)
	return slices.Contains(Roles(), Role(role)) && (!numbered || err == nil && n > 1 && count == strconv.Itoa(n))
}

// Hop is one stop of a request on its way: a proxy with the layers that apply
// to it, or, last, the server that should answer, without layers.
type Hop struct {
	Name   string        `json:"name"` // how questions call it: "egress"
	Role   Role          `json:"role"`
	Proxy  Object        `json:"proxy"` // the pod; of a server whatever names it
	Layers []LayerReport `json:"layers,omitempty"`
}

// Path is the walk of one request, hop by hop, with the real answer that
// closes it.
type Path struct {
	Request Request   `json:"request"`
	Hops    []Hop     `json:"hops"` // in the order in which the request takes them
	Answer  Answer    `json:"answer"`
	At      time.Time `json:"at"` // when the snapshot was taken
}

// Hop returns the hop of that name.
func (p Path) Hop(name string) (Hop, bool) {
	for _, h := range p.Hops {
		if h.Name == name {
			return h, true
		}
	}
	return Hop{}, false
}

// Proxies are the hops that have layers: all but the server.
func (p Path) Proxies() []Hop {
	var out []Hop
	for _, h := range p.Hops {
		if h.Role != RoleServer {
			out = append(out, h)
		}
	}
	return out
}

// Layer returns the report of one layer of a hop.
func (h Hop) Layer(l Layer) LayerReport {
	for _, r := range h.Layers {
		if r.Layer == l {
			return r
		}
	}
	return LayerReport{Layer: l, Hop: h.Name, Verdict: Unknown, Summary: "not looked at"}
}

// LayerAt returns the report of one layer of the hop of that name. A hop that
// the request does not get to is off its path, unless it is not known how far
// the request gets.
func (p Path) LayerAt(name string, l Layer) LayerReport {
	if h, ok := p.Hop(name); ok {
		return h.Layer(l)
	}
	r := LayerReport{Layer: l, Hop: name, Verdict: OffPath, Summary: "the request takes no hop called " + name}
	if _, broken := p.Broken(); broken {
		r.Summary = "not reached"
		return r
	}
	for _, layer := range p.Layers() {
		if layer.Verdict == Unknown {
			r.Verdict = Unknown
		}
	}
	return r
}

// Layer sums up one layer over all hops: it is the report of the first hop
// where it is broken, else of the first where it is unknown, else of the
// first where it is healthy, else of the first hop.
func (p Path) Layer(l Layer) LayerReport {
	for _, v := range []Verdict{Broken, Unknown, Healthy, OffPath} {
		for _, h := range p.Hops {
			for _, r := range h.Layers {
				if r.Layer == l && r.Verdict == v {
					return r
				}
			}
		}
	}
	return LayerReport{Layer: l, Verdict: Unknown, Summary: "not looked at"}
}

// Layers sums up all six layers, in order.
func (p Path) Layers() []LayerReport {
	out := make([]LayerReport, 0, len(Layers()))
	for _, l := range Layers() {
		out = append(out, p.Layer(l))
	}
	return out
}

// Broken returns the report in which the path breaks; ok is false when it
// does not. It is the first on the way.
func (p Path) Broken() (LayerReport, bool) {
	for _, h := range p.Hops {
		for _, r := range h.Layers {
			if r.Verdict == Broken {
				return r, true
			}
		}
	}
	return LayerReport{}, false
}

// BrokenAt returns the layer in which the path breaks, "" when it does not.
func (p Path) BrokenAt() Layer {
	r, _ := p.Broken()
	return r.Layer
}

// LayerReport is what the trace says of one layer.
type LayerReport struct {
	Layer    Layer    `json:"layer"`
	Hop      string   `json:"hop,omitempty"`
	Verdict  Verdict  `json:"verdict"`
	Summary  string   `json:"summary"`            // one line: "443 → 8443, 1 endpoint"
	Objects  []Object `json:"objects,omitempty"`  // responsible; the culprit first when broken
	Want     string   `json:"want,omitempty"`     // when broken
	Got      string   `json:"got,omitempty"`      // when broken
	Evidence []string `json:"evidence,omitempty"` // what the verdict rests on
	// Facts are single observations by name for a lab's questions, of the
	// types that FactsOf lists. They are filled as far as they can be observed,
	// also for layers that the request does not reach.
	Facts map[string]any `json:"facts,omitempty"`
}

// Answer is what the client really got.
type Answer struct {
	At      time.Time `json:"at"`
	Source  string    `json:"source,omitempty"` // address the gateway saw
	Code    int       `json:"code,omitempty"`   // HTTP status, 0 without an HTTP answer
	Flag    string    `json:"flag,omitempty"`   // Envoy response flags from the access log: "NR"
	Details string    `json:"details,omitempty"`
	Body    string    `json:"body,omitempty"`   // at most 4 KiB
	Error   string    `json:"error,omitempty"`  // class: "refused", "reset", "timeout", "dns", "tls: …"
	Server  string    `json:"server,omitempty"` // Server header
	LogLine string    `json:"logLine,omitempty"`
	// Logs is what each proxy on the way logged of the request, from the client
	// inwards; Flag, Details and LogLine are the first one's.
	Logs []ProxyLog `json:"logs,omitempty"`
	// Redirects are those that were followed, the last one that was not among
	// them; the answer is what the last request got.
	Redirects []Redirect    `json:"redirects,omitempty"`
	Serial    string        `json:"serial,omitempty"`   // of the served leaf certificate, hex
	Upstream  bool          `json:"upstream,omitempty"` // a server behind the gateway answered, not the gateway itself
	Took      time.Duration `json:"-"`                  // tookSeconds
	Observed  bool          `json:"observed"`           // false: nothing was asked yet, judge nothing by it
}

// Redirect is an answer that sent the client elsewhere.
type Redirect struct {
	Code     int    `json:"code"`
	Location string `json:"location"`
}

// ProxyLog is how one proxy logged a request.
type ProxyLog struct {
	Proxy    Object `json:"proxy"` // the pod
	Code     int    `json:"code,omitempty"`
	Flag     string `json:"flag,omitempty"`
	Details  string `json:"details,omitempty"`
	Failure  string `json:"failure,omitempty"`  // of the transport to the upstream
	Upstream string `json:"upstream,omitempty"` // address of the chosen endpoint
	Cluster  string `json:"cluster,omitempty"`
	Route    string `json:"route,omitempty"`
	Inbound  bool   `json:"inbound,omitempty"` // the proxy is the server's own, not the client's
	Line     string `json:"line"`
}
