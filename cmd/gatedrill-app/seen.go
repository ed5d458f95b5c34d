package main

import (
	"crypto/tls"
	"net"
	"net/http"
	"strings"
)

// seen is what the server saw of a request: its answer.
type seen struct {
	Name    string            `json:"name"`
	Pod     string            `json:"pod"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   string            `json:"query,omitempty"`
	Host    string            `json:"host"`
	Proto   string            `json:"proto"`
	Peer    string            `json:"peer"`            // address:port of who connected
	Local   string            `json:"local,omitempty"` // address:port connected to
	TLS     *seenTLS          `json:"tls,omitempty"`
	Headers map[string]string `json:"headers"` // lower-case names; values joined by ", "
}

// seenTLS is what the server saw of the TLS handshake.
type seenTLS struct {
	Version string `json:"version"` // "TLS 1.3"
	SNI     string `json:"sni"`
	ALPN    string `json:"alpn,omitempty"`
	Client  string `json:"client,omitempty"` // subject of the client's certificate
}

func see(o options, r *http.Request) seen {
	s := seen{
		Name: o.name, Pod: o.pod,
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Host: r.Host, Proto: r.Proto, Peer: r.RemoteAddr,
		Headers: make(map[string]string, len(r.Header)),
	}
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		s.Local = a.String()
	}
	if r.TLS != nil {
		s.TLS = seeTLS(*r.TLS)
	}
	for name, values := range r.Header {
		s.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return s
}

func seeTLS(c tls.ConnectionState) *seenTLS {
	t := &seenTLS{Version: tls.VersionName(c.Version), SNI: c.ServerName, ALPN: c.NegotiatedProtocol}
	if len(c.PeerCertificates) > 0 {
		t.Client = c.PeerCertificates[0].Subject.String()
	}
	return t
}
