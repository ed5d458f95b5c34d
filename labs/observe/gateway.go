package observe

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/portforward"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Envoy's admin port, on the pod's loopback.
const adminPort = 15000

// lines kept of each gateway's access log.
const keptLines = 512

// gateway is one gateway pod: the way to its Envoy's admin port and its
// access log.
type gateway struct {
	namespace, pod string
	tunnel         *portforward.Tunnel
	admin          *http.Client
	api            *http.Client // no timeout: follows logs
	logURL         *url.URL

	mu      sync.Mutex
	proxy   snapshot.Proxy
	trouble string
	lines   []probe.Line
	cancel  context.CancelFunc // of the log's follower
}

func newGateway(cfg *rest.Config, api *http.Client, base *url.URL, namespace, pod string) *gateway {
	t := portforward.New(cfg, base, namespace, pod, adminPort)
	return &gateway{
		namespace: namespace, pod: pod, tunnel: t, api: api,
		admin:   t.Client(5 * time.Second),
		logURL:  base.JoinPath("api/v1/namespaces", namespace, "pods", pod, "log"),
		proxy:   snapshot.Proxy{Namespace: namespace, Pod: pod},
		trouble: "not read yet",
	}
}

// refresh reads the configuration anew, and decodes it when it differs.
func (g *gateway) refresh(ctx context.Context) {
	p, err := g.read(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.trouble = err.Error()
		return
	}
	g.trouble = ""
	if g.proxy.Config != nil && bytes.Equal(p.Dump, g.proxy.Dump) && bytes.Equal(p.Clusters, g.proxy.Clusters) {
		return
	}
	if p.Config, err = envoy.Parse(p.Dump, p.Clusters); err != nil {
		g.trouble = err.Error()
		return
	}
	g.proxy = p
}

func (g *gateway) read(ctx context.Context) (snapshot.Proxy, error) {
	p := snapshot.Proxy{Namespace: g.namespace, Pod: g.pod}
	for path, dst := range map[string]*[]byte{
		"/config_dump?include_eds": &p.Dump,
		"/clusters?format=json":    &p.Clusters,
	} {
		b, err := g.get(ctx, path)
		if err != nil {
			return p, fmt.Errorf("read Envoy of %s/%s: %w", g.namespace, g.pod, err)
		}
		*dst = b
	}
	return p, nil
}

func (g *gateway) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://envoy"+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := g.admin.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// state returns the proxy and why it may not be the truth, if so.
func (g *gateway) state() (snapshot.Proxy, string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.proxy, g.trouble
}

// follow reads the access log as it grows, until the context ends.
func (g *gateway) follow(ctx context.Context, news func()) {
	for ctx.Err() == nil {
		if body, err := g.log(ctx, url.Values{"follow": {"true"}, "sinceSeconds": {"2"}}); err == nil {
			s := bufio.NewScanner(body)
			s.Buffer(nil, 1<<20)
			for s.Scan() {
				if l, ok := probe.ParseLine(s.Text()); ok {
					g.add(l)
					news()
				}
			}
			body.Close()
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func (g *gateway) add(l probe.Line) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.lines) >= keptLines {
		g.lines = slices.Clone(g.lines[keptLines/2:])
	}
	g.lines = append(g.lines, l)
}

// find returns the line that tells of a probe.
func (g *gateway) find(r probe.Result) (probe.Line, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return findLine(g.lines, r)
}

func findLine(lines []probe.Line, r probe.Result) (probe.Line, bool) {
	for _, l := range slices.Backward(lines) {
		if l.Of(r) {
			return l, true
		}
	}
	return probe.Line{}, false
}

// tail reads the lines written since a moment.
func (g *gateway) tail(ctx context.Context, since time.Time, now time.Time) ([]probe.Line, error) {
	seconds := int(now.Sub(since).Seconds()) + 2
	body, err := g.log(ctx, url.Values{"sinceSeconds": {strconv.Itoa(seconds)}})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var out []probe.Line
	s := bufio.NewScanner(body)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if l, ok := probe.ParseLine(s.Text()); ok {
			out = append(out, l)
		}
	}
	return out, s.Err()
}

func (g *gateway) log(ctx context.Context, q url.Values) (io.ReadCloser, error) {
	u := *g.logURL
	q.Set("container", snapshot.ProxyContainer)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := g.api.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read log of %s/%s: %w", g.namespace, g.pod, err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("read log of %s/%s: %s", g.namespace, g.pod, resp.Status)
	}
	return resp.Body, nil
}

func (g *gateway) close() {
	if g.cancel != nil {
		g.cancel()
	}
	g.admin.CloseIdleConnections()
	g.tunnel.Close()
}
