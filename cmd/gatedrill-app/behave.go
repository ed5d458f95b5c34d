package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// behaviour is how one request is answered.
type behaviour struct {
	delay    time.Duration
	status   int // 0: 200, or 302 with redirect
	redirect string
	reset    bool
	close    bool
}

func validStatus(s int) bool { return s >= 200 && s <= 599 }

// with returns b as changed by a request's query or X-App-… headers.
func (b behaviour) with(q url.Values, h http.Header) (behaviour, error) {
	get := func(name string) (string, bool) {
		if q.Has(name) {
			return q.Get(name), true
		}
		v := h.Values("X-App-" + name)
		return strings.Join(v, ","), len(v) > 0
	}
	if v, ok := get("delay"); ok {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return b, fmt.Errorf("delay %q is not a duration like 2s", v)
		}
		b.delay = d
	}
	if v, ok := get("status"); ok {
		s, err := strconv.Atoi(v)
		if err != nil || !validStatus(s) {
			return b, fmt.Errorf("status %q is not between 200 and 599", v)
		}
		b.status = s
	}
	if v, ok := get("redirect"); ok {
		b.redirect = v
	}
	if v, ok := get("reset"); ok {
		b.reset = v != "false"
	}
	if v, ok := get("close"); ok {
		b.close = v != "false"
	}
	return b, nil
}

// handler answers every path as o says.
func handler(o options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if o.unready {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		b, err := o.defaults.with(r.URL.Query(), r.Header)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		log.Printf("%s %s%s from %s", r.Method, r.Host, r.URL.RequestURI(), r.RemoteAddr)
		b.answer(w, r, o)
	})
	return mux
}

func (b behaviour) answer(w http.ResponseWriter, r *http.Request, o options) {
	select {
	case <-time.After(b.delay):
	case <-r.Context().Done():
		return
	}
	switch {
	case b.reset:
		reset(w)
	case isWebSocket(r):
		echoWebSocket(w, r)
	case isGRPC(r):
		answerGRPC(w, r)
	default:
		b.answerHTTP(w, see(o, r))
	}
}

func (b behaviour) answerHTTP(w http.ResponseWriter, s seen) {
	status := b.status
	if status == 0 {
		status = http.StatusOK
	}
	if b.redirect != "" {
		w.Header().Set("Location", b.redirect)
		if status < 300 || status > 399 {
			status = http.StatusFound
		}
	}
	if b.close {
		w.Header().Set("Connection", "close")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client may be gone; there is nobody else to tell.
	_ = json.NewEncoder(w).Encode(s)
}

// reset makes the peer see a connection reset (TCP RST); an HTTP/2 stream is
// reset alone, as its connection carries others.
func reset(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := h.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	abort(conn)
}

// abort closes a connection by RST instead of FIN where it can.
func abort(conn net.Conn) {
	raw := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		raw = t.NetConn()
	}
	if t, ok := raw.(*net.TCPConn); ok {
		// Without lingering, closing sends RST; if it cannot be set, FIN it is.
		_ = t.SetLinger(0)
	}
	_ = raw.Close()
}
