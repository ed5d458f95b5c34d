package trace

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

// target is a request as Envoy will see it.
type target struct {
	tls       bool
	host      string // of the URL, lower case
	address   bool   // host is an address: no name to resolve, no SNI
	port      int
	sni       string
	authority string // Host header, lower case
	path      string // with the query
	method    string
	headers   map[string]string // by lower-case name, pseudo headers included
	certified bool              // a gateway wrote a client's certificate into a header
	alpn      []string          // that the client offers, with TLS
	mesh      bool              // the client is a proxy with an identity of the mesh
}

func parse(r labs.Request) (target, error) {
	var t target
	if !r.Outside() && !labs.IsWorkload(r.From) {
		return t, fmt.Errorf("read the client %q: want \"outside\", or a workload as namespace/name or namespace/kind/name", r.From)
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return t, fmt.Errorf("read URL %q: %w", r.URL, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return t, fmt.Errorf("read URL %q: want http://host… or https://host…", r.URL)
	}
	t.tls = u.Scheme == "https"
	t.host = strings.ToLower(u.Hostname())
	t.address = net.ParseIP(t.host) != nil
	t.port = 80
	if t.tls {
		t.port = 443
	}
	if p := u.Port(); p != "" {
		if t.port, err = strconv.Atoi(p); err != nil {
			return t, fmt.Errorf("read URL %q: port: %w", r.URL, err)
		}
	}
	if t.tls {
		t.alpn = []string{"http/1.1"}
		t.sni = strings.ToLower(r.ServerName(t.host))
	}
	t.method = r.Method
	if t.method == "" {
		t.method = "GET"
	}
	t.path = u.EscapedPath()
	if t.path == "" {
		t.path = "/"
	}
	if u.RawQuery != "" {
		t.path += "?" + u.RawQuery
	}
	t.fillHeaders(r, u)
	return t, nil
}

func (t *target) fillHeaders(r labs.Request, u *url.URL) {
	t.authority = strings.ToLower(u.Host)
	t.headers = map[string]string{}
	for k, v := range r.Headers {
		k = strings.ToLower(k)
		if k == "host" {
			t.authority = strings.ToLower(v)
			continue
		}
		t.headers[k] = v
	}
	t.headers[":method"] = t.method
	t.headers[":path"] = t.path
	t.headers[":authority"] = t.authority
	t.headers[":scheme"] = u.Scheme
}

// name is what the gateway's hosts are compared with: the server name for
// TLS, else the authority.
func (t target) name() string {
	if t.tls && t.sni != "" {
		return t.sni
	}
	return match.WithoutPort(t.authority)
}
