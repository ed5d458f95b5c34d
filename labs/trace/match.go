package trace

import "github.com/gatedrill/gatedrill/labs/match"

// request is the target as routes are matched with it.
func (t target) request() match.Request {
	return match.Request{
		Method: t.method, Scheme: t.headers[":scheme"], Authority: t.authority, Path: t.path, Headers: t.headers,
	}
}

// connection is the target as filter chains are matched with it.
func (t target) connection(port int) match.Connection {
	c := match.Connection{Port: port, TLS: t.tls, SNI: t.sni, ALPN: t.alpn}
	if !t.tls {
		c.HTTP = "http/1.1"
	}
	return c
}
