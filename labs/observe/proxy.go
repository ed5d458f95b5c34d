package observe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/portforward"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Envoy's admin port, on the pod's loopback.
const adminPort = 15000

// NotReadYet is why nothing is known of a proxy that was found a moment ago.
const NotReadYet = "not read yet"

// How long a configuration may be taken for unchanged. What Envoy was sent
// takes effect in steps, so it is read again and again for a while.
const (
	settling  = 2 * time.Second        // after Envoy was sent something
	dumpAge   = 5 * time.Second        // whatever Envoy says it was sent
	healthAge = 900 * time.Millisecond // of endpoints, which change without being sent
)

// proxy is one pod's Envoy: the way to its admin port and its access log.
type proxy struct {
	place
	tunnel *portforward.Tunnel
	admin  *http.Client
	api    *http.Client // no timeout: follows logs
	logURL *url.URL
	cancel context.CancelFunc // of the log's follower

	mu      sync.Mutex
	seen    snapshot.Proxy
	health  []byte // of seen's clusters, without their counters
	content uint64 // of seen's dump, see contentOf
	seed    maphash.Seed
	trouble string
	refused []refused     // that its log told of
	lines   []*probe.Line // of probes
	others  []*probe.Line
	known   *log      // of both; nil when there is more by now
	mark    string    // how much Envoy was sent when it was last read
	sent    time.Time // when that changed
	dumped  time.Time
	looked  time.Time // at its endpoints
}

// place says whose Envoy it is.
type place struct {
	namespace, pod, ip string
	role               labs.Role
}

func (p place) ref() labs.Object {
	return labs.Object{Kind: "Pod", Namespace: p.namespace, Name: p.pod}
}

func newProxy(cfg *rest.Config, api *http.Client, base *url.URL, p place) *proxy {
	t := portforward.New(cfg, base, p.namespace, p.pod, adminPort)
	return &proxy{
		place: p, tunnel: t, api: api,
		admin:   t.Client(5 * time.Second),
		logURL:  base.JoinPath("api/v1/namespaces", p.namespace, "pods", p.pod, "log"),
		seen:    snapshot.Proxy{Namespace: p.namespace, Pod: p.pod},
		trouble: NotReadYet,
		seed:    maphash.MakeSeed(),
	}
}

// refresh reads the configuration where it may have changed, everything when
// told to, and decodes it when it did.
func (p *proxy) refresh(ctx context.Context, now time.Time, everything bool) {
	p.mu.Lock()
	was, seen, refused := p.mark, p.seen, p.refused
	stale := everything || p.trouble != "" || now.Sub(p.dumped) >= dumpAge || now.Sub(p.sent) < settling
	old := now.Sub(p.looked) >= healthAge
	p.mu.Unlock()

	mark, err := p.received(ctx)
	moved := mark == "" || mark != was
	if err == nil && !stale && !moved && !old {
		return
	}
	if err == nil {
		seen.Clusters, err = p.get(ctx, "/clusters?format=json")
	}
	if full := stale || moved; err == nil && full {
		seen.Dump, err = p.get(ctx, "/config_dump?include_eds")
		if err == nil && moved {
			refused = p.readRefused(ctx, refused)
		}
		refused = standing(refused, seen.Dump)
		seen.Refused = plain(refused)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.trouble = fmt.Sprintf("read Envoy of %s/%s: %v", p.namespace, p.pod, err)
		return
	}
	if moved {
		p.mark, p.sent = mark, now
	}
	if stale || moved {
		p.dumped = now
	}
	p.looked, p.refused = now, refused
	p.take(seen, moved)
}

// take decodes what was read, unless it is what is known.
func (p *proxy) take(seen snapshot.Proxy, moved bool) {
	health, content := withoutCounters(seen.Clusters), contentOf(p.seed, seen.Dump)
	p.trouble = ""
	if p.seen.Config != nil && !moved && content == p.content && bytes.Equal(health, p.health) {
		return
	}
	config, err := envoy.Parse(seen.Dump, seen.Clusters)
	if err != nil {
		p.trouble = fmt.Sprintf("read Envoy of %s/%s: %v", p.namespace, p.pod, err)
		return
	}
	seen.Config = config
	p.seen, p.health, p.content = seen, health, content
}

// received says how much Envoy has been sent by its control plane, "" when it
// does not tell: as long as that is the same, so is what it runs.
func (p *proxy) received(ctx context.Context) (string, error) {
	q := url.Values{"filter": {`(xds|sds)-grpc;?\.upstream_cx_rx_bytes_total$`}}
	b, err := p.get(ctx, "/stats?"+q.Encode())
	return string(b), err
}

// contentOf sums up the lines of a dump, whatever their order: Envoy prints
// maps in another one each time. What was sent anew has a line of its own, its
// version.
func contentOf(seed maphash.Seed, dump []byte) uint64 {
	var sum uint64
	for line := range bytes.Lines(dump) {
		sum += maphash.Bytes(seed, bytes.TrimRight(line, ",\r\n"))
	}
	return sum
}

// withoutCounters is /clusters without what every request changes, in order.
func withoutCounters(clusters []byte) []byte {
	type cluster struct {
		Name  string                       `json:"name"`
		Hosts []map[string]json.RawMessage `json:"host_statuses"`
	}
	var all struct {
		Clusters []cluster `json:"cluster_statuses"`
	}
	if json.Unmarshal(clusters, &all) != nil {
		return clusters // whatever it is, it is compared as it is
	}
	for _, c := range all.Clusters {
		for _, h := range c.Hosts {
			for _, k := range []string{"stats", "success_rate", "local_origin_success_rate"} {
				delete(h, k)
			}
		}
	}
	slices.SortFunc(all.Clusters, func(a, b cluster) int { return strings.Compare(a.Name, b.Name) })
	out, err := json.Marshal(all)
	if err != nil {
		return clusters
	}
	return out
}

func (p *proxy) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://envoy"+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := p.admin.Do(req)
	if err != nil {
		var u *url.Error // its address is nobody's but ours
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// state returns the proxy and why it may not be the truth, if so.
func (p *proxy) state() (snapshot.Proxy, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen, p.trouble
}

func (p *proxy) close() {
	if p.cancel != nil {
		p.cancel()
	}
	p.admin.CloseIdleConnections()
	p.tunnel.Close()
}
