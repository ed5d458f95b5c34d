package labs

import (
	"slices"
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

// Request says who asks what of whom.
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
}

// Object names a Kubernetes object.
type Object struct {
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

// Path is the walk of one request through the layers, with the real answer
// that closes it.
type Path struct {
	Request Request       `json:"request"`
	Layers  []LayerReport `json:"layers"` // always all six, in order
	Answer  Answer        `json:"answer"`
	At      time.Time     `json:"at"` // when the snapshot was taken
}

// Layer returns the report of one layer.
func (p Path) Layer(l Layer) LayerReport {
	for _, r := range p.Layers {
		if r.Layer == l {
			return r
		}
	}
	return LayerReport{Layer: l, Verdict: Unknown, Summary: "not looked at"}
}

// BrokenAt returns the first broken layer, "" when none is.
func (p Path) BrokenAt() Layer {
	for _, r := range p.Layers {
		if r.Verdict == Broken {
			return r.Layer
		}
	}
	return ""
}

// LayerReport is what the trace says of one layer.
type LayerReport struct {
	Layer    Layer    `json:"layer"`
	Verdict  Verdict  `json:"verdict"`
	Summary  string   `json:"summary"`            // one line: "443 → 8443, 1 endpoint"
	Objects  []Object `json:"objects,omitempty"`  // responsible; the culprit first when broken
	Want     string   `json:"want,omitempty"`     // when broken
	Got      string   `json:"got,omitempty"`      // when broken
	Evidence []string `json:"evidence,omitempty"` // what the verdict rests on
	// Facts are single observations by name for a lab's questions:
	// "port", "endpoints", "sni", "serial", "domains", "cluster", "culprit".
	// They are filled as far as they can be observed, also for layers that
	// the request does not reach.
	Facts map[string]any `json:"facts,omitempty"`
}

// Answer is what the client really got.
type Answer struct {
	At       time.Time     `json:"at"`
	Source   string        `json:"source,omitempty"` // address the gateway saw
	Code     int           `json:"code,omitempty"`   // HTTP status, 0 without an HTTP answer
	Flag     string        `json:"flag,omitempty"`   // Envoy response flags from the access log: "NR"
	Details  string        `json:"details,omitempty"`
	Body     string        `json:"body,omitempty"`   // at most 4 KiB
	Error    string        `json:"error,omitempty"`  // class: "refused", "reset", "timeout", "dns", "tls: …"
	Server   string        `json:"server,omitempty"` // Server header
	LogLine  string        `json:"logLine,omitempty"`
	Serial   string        `json:"serial,omitempty"`   // of the served leaf certificate, hex
	Upstream bool          `json:"upstream,omitempty"` // a server behind the gateway answered, not the gateway itself
	Took     time.Duration `json:"-"`                  // tookSeconds
	Observed bool          `json:"observed"`           // false: nothing was asked yet, judge nothing by it
}
