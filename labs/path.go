package labs

import (
	"fmt"
	"net"
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

// StepOf is the step that asks about a layer.
func StepOf(l Layer) Step {
	i := slices.IndexFunc(Steps(), func(s Step) bool { return slices.Contains(s.Layers(), l) })
	if i < 0 {
		return ""
	}
	return Steps()[i]
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

// Told is the report in one line, with all that it rests on, for those who may
// see everything: "listener of gateway is broken: …".
func (r LayerReport) Told() string {
	where := string(r.Layer)
	if r.Hop != "" {
		where += " of " + r.Hop
	}
	line := fmt.Sprintf("%s is %s: %s", where, r.Verdict, r.Summary)
	if r.Got != "" {
		line += "; wanted " + r.Want + ", got " + r.Got
	}
	if len(r.Evidence) > 0 {
		line += " (" + strings.Join(r.Evidence, "; ") + ")"
	}
	return line
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
	// Headers are the answer's, and its trailers, by lower-case names; values
	// joined by ", ".
	Headers map[string]string `json:"headers,omitempty"`
	// Samples are all answers in a row, where more than one was asked for.
	Samples []Sample `json:"samples,omitempty"`
	LogLine string   `json:"logLine,omitempty"`
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

// Sample is one of several answers to a request.
type Sample struct {
	Code  int    `json:"code,omitempty"`
	Error string `json:"error,omitempty"`
	By    string `json:"by,omitempty"` // name that our workload gives itself in its answer
}

// End is the status code, or why there is no answer.
func (s Sample) End() string {
	if s.Error != "" {
		return s.Error
	}
	return strconv.Itoa(s.Code)
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

// Host is the address of the chosen endpoint, without its port, "" when none
// was chosen. Of a tunnel Envoy names its own end as well:
// "envoy://connect_originate/10.244.0.44:15008".
func (l ProxyLog) Host() string {
	host, _, err := net.SplitHostPort(l.Upstream[strings.LastIndex(l.Upstream, "/")+1:])
	if err != nil {
		return ""
	}
	return host
}

// Beside are the objects that the report's summary does not name, neither as
// objects nor, a Service, by its host.
func (r LayerReport) Beside() []Object {
	return slices.DeleteFunc(slices.Clone(r.Objects), func(o Object) bool {
		return strings.Contains(r.Summary, o.Namespace+"/"+o.Name) || o.Kind == "Service" && strings.Contains(r.Summary, o.Name+"."+o.Namespace+".")
	})
}
