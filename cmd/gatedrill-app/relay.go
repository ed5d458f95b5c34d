package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

// relay serves HTTP CONNECT for clients outside the cluster that have no way
// of their own to its network. Names are resolved here, as the cluster sees
// them. Whoever may reach its address may reach everything, so it is meant
// for the loopback.
//
// A refusal is JSON: why, as one word, and in the system's words. A reset at
// the far end is lost on the way through a port-forward, so a client that
// named its connection (Relay-Id) can ask how it ended: GET /ended/ID.
type relay struct {
	resolver *net.Resolver

	mu    sync.Mutex
	ended map[string]string // by the client's id
	order []string          // of ended, oldest first
}

// Of connections that ended, so many are remembered.
const rememberedEnds = 256

// connectWithin bounds one dial; clients give up sooner.
const connectWithin = 10 * time.Second

// refused is why there is no connection.
type refused struct {
	Reason  string `json:"reason"` // see package refusal
	Message string `json:"message"`
}

func newRelay() *relay {
	return &relay{resolver: &net.Resolver{PreferGo: true}, ended: map[string]string{}}
}

func (r *relay) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if id, ok := strings.CutPrefix(req.URL.Path, "/ended/"); ok && req.Method == http.MethodGet {
		io.WriteString(w, r.end(id))
		return
	}
	if req.Method != http.MethodConnect {
		http.Error(w, "this is a relay: CONNECT host:port", http.StatusMethodNotAllowed)
		return
	}
	far, err := r.dial(req.Context(), req.Host)
	if err != nil {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadGateway)
		_ = json.NewEncoder(w).Encode(refused{Reason: refusal.Reason(err), Message: err.Error()}) // a client that left needs no answer
		return
	}
	defer far.Close()
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer near.Close()
	if _, err := io.WriteString(near, "HTTP/1.1 200 Connected\r\n\r\n"); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(far, buffered)
		far.Close() // the client is gone
	}()
	_, err = io.Copy(near, far)
	if id := req.Header.Get("Relay-Id"); id != "" {
		r.note(id, err)
	}
}

// dial resolves and connects.
func (r *relay) dial(ctx context.Context, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if net.ParseIP(host) != nil {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	}
	// A last dot keeps the pod's search list out of it.
	list, err := r.resolver.LookupNetIP(ctx, "ip", strings.TrimSuffix(host, ".")+".")
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		var c net.Conn
		if c, err = new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(a.Unmap().String(), port)); err == nil {
			return c, nil
		}
	}
	return nil, err
}

// note remembers how a connection ended.
func (r *relay) note(id string, err error) {
	how := "end"
	if errors.Is(err, syscall.ECONNRESET) {
		how = "reset"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.order) >= rememberedEnds {
		delete(r.ended, r.order[0])
		r.order = r.order[1:]
	}
	r.ended[id] = how
	r.order = append(r.order, id)
}

func (r *relay) end(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended[id]
}
