// Package observe gathers what the trace judges from: Kubernetes objects by
// watch, what the Envoys on the way of requests run, what their access logs
// say, and the answers to real requests. It hands out immutable snapshots and judges
// nothing. What it cannot see is in Snapshot.Missing, in words, and comes
// back by itself.
package observe

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/podexec"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Options say what to ask and whom to trust.
type Options struct {
	Requests []labs.Request
	Trust    map[string]string          // PEM bundle by CA name; "public" is the default CA
	Certs    map[string]tls.Certificate // client certificates by name
	Timeout  time.Duration              // of one request; 3 s when 0
	Clock    func() time.Time
	// Unasked says why no request is sent; "" sends them.
	Unasked string
	// Names resolves hosts as clients do, or says why it cannot, where the
	// cluster holds no public zone; nil where there is nobody to ask.
	// It is told which other names are asked for: those of load balancers.
	Names func(others []string) (zone map[string][]string, why string)
}

// Observer watches one cluster. Snapshot, Changed, Fresh and the setters are
// safe from any goroutine.
type Observer struct {
	config *rest.Config
	api    *http.Client
	base   *url.URL
	clock  func() time.Time
	stores []*store
	looked []string        // kinds, see Snapshot.Kinds
	exec   *podexec.Runner // in workloads
	ways   *ways           // of asking from workloads
	dial   cluster.DialFunc
	limit  time.Duration
	scope  []string // namespaces whose proxies are asked; nil: all
	home   string   // namespace that the context names

	unasked string
	names   func([]string) (map[string][]string, string)

	poked   chan struct{} // something in the cluster changed
	logged  chan struct{} // a log line came
	changed chan struct{} // for the reader
	fresh   sync.Mutex    // one Fresh at a time

	mu       sync.Mutex
	requests []labs.Request
	trust    map[string]string
	certs    map[string]tls.Certificate
	watched  bool
	followed bool // see Follow
	proxies  map[string]*proxy
	reached  map[string]time.Time      // servers by address: when a log last named them
	asked    map[string]time.Time      // by request name: when it was last sent
	history  map[string][]probe.Result // by request name, oldest first
	busy     map[string]bool           // requests on their way
	last     snapshot.Snapshot
	follow   func(*proxy) // set while Run runs
	silent   string       // why the API server gives no sign of life, see beat
}

// New makes an observer of a running cluster. It does nothing before Run or
// Fresh.
func New(h *cluster.Handle, o Options) (*Observer, error) {
	cfg := rest.CopyConfig(h.REST)
	cfg.QPS = -1                           // the scheduler paces itself
	cfg.WarningHandler = rest.NoWarnings{} // of versions that are old: the terminal is somebody else's
	client, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("make a client for %s: %w", h.Name, err)
	}
	dyn, err := dynamic.NewForConfigAndClient(cfg, client)
	if err != nil {
		return nil, fmt.Errorf("make a client for %s: %w", h.Name, err)
	}
	base, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("read the address of %s: %w", h.Name, err)
	}
	obs := &Observer{
		config: cfg, api: client, base: base, home: h.Namespace, exec: podexec.New(cfg, base), ways: &ways{}, clock: o.Clock, dial: h.Dial, limit: o.Timeout, unasked: o.Unasked, names: o.Names,
		poked: make(chan struct{}, 1), logged: make(chan struct{}, 1), changed: make(chan struct{}, 1),
		requests: slices.Clone(o.Requests), trust: o.Trust, certs: o.Certs, watched: true,
		proxies: map[string]*proxy{}, reached: map[string]time.Time{}, asked: map[string]time.Time{},
		history: map[string][]probe.Result{}, busy: map[string]bool{},
	}
	if obs.limit == 0 {
		obs.limit = 3 * time.Second
	}
	if h.Scope != nil {
		obs.scope = withIstio(h.Scope)
	}
	for _, k := range within(kinds(), h.Scope) {
		obs.stores = append(obs.stores, newStore(k, dyn, func() { signal(obs.poked) }, obs.spaces))
		obs.looked = append(obs.looked, snapshot.GroupKind(k.group, k.name))
	}
	slices.Sort(obs.looked)
	obs.looked = slices.Compact(obs.looked)
	obs.last = snapshot.Snapshot{Missing: map[string]string{"cluster": "not looked at yet"}}
	return obs, nil
}

// signal wakes whoever waits on c, once.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Snapshot is the latest observation.
func (o *Observer) Snapshot() snapshot.Snapshot {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last
}

// Changed delivers when there is a newer snapshot; several changes may come
// as one.
func (o *Observer) Changed() <-chan struct{} { return o.changed }

// SetRequests replaces what is asked.
func (o *Observer) SetRequests(requests []labs.Request, trust map[string]string, certs map[string]tls.Certificate) {
	o.mu.Lock()
	o.requests, o.trust, o.certs = slices.Clone(requests), trust, certs
	o.history = map[string][]probe.Result{}
	o.reached = map[string]time.Time{} // by other requests
	o.mu.Unlock()
	signal(o.poked)
}

// Watch says whether somebody is looking: only then are requests sent while
// nothing changes. An observer starts out watched.
func (o *Observer) Watch(on bool) {
	o.mu.Lock()
	o.watched = on
	o.mu.Unlock()
	if on {
		signal(o.poked)
	}
}

// Poke makes the observer look as after a change in the cluster.
func (o *Observer) Poke() { signal(o.poked) }

// objects collects what the watches hold, and what they do not.
func (o *Observer) objects() ([]snapshot.Object, map[string]string) {
	missing := map[string]string{}
	o.mu.Lock()
	silent := o.silent
	o.mu.Unlock()
	var out []snapshot.Object
	for _, s := range o.stores {
		list, trouble := s.get()
		out = append(out, list...)
		if trouble == "" {
			trouble = silent
		}
		if trouble != "" {
			missing[s.kind.name] = trouble
		}
	}
	return out, missing
}

// assemble makes a snapshot of what is known.
func (o *Observer) assemble(objects []snapshot.Object, missing map[string]string, h heard) snapshot.Snapshot {
	s := snapshot.Snapshot{
		At: o.clock(), Objects: objects, Missing: missing, Kinds: o.looked, Absent: o.absent(), Partly: o.partly(),
		Answers: h.answers, Peers: h.peers, Resolved: h.resolved,
	}
	zone, why := zoneOf(objects, missing)
	if zone == nil && o.names != nil {
		zone, why = o.names(balancers(objects))
		s.World = true
	}
	s.Zone = zone
	if why != "" {
		missing["dns"] = why
	}
	o.mu.Lock()
	s.Trust = o.trust
	proxies := o.sorted()
	o.mu.Unlock()
	for _, p := range proxies {
		seen, trouble := p.state()
		if trouble != "" {
			missing[snapshot.ProxyKey(p.namespace, p.pod)] = trouble
			continue
		}
		s.Proxies = append(s.Proxies, seen)
	}
	return s
}

// sorted are the proxies; the caller holds the lock.
func (o *Observer) sorted() []*proxy {
	var out []*proxy
	for _, k := range sortedKeys(o.proxies) {
		out = append(out, o.proxies[k])
	}
	return out
}

// publish hands a snapshot out.
func (o *Observer) publish(s snapshot.Snapshot) {
	o.mu.Lock()
	o.last = s
	o.mu.Unlock()
	signal(o.changed)
}
