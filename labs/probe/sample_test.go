package probe

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

// Of several answers the first that failed is shown, whatever came later.
func TestSamples(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, `{"name":"v%d"}`, n.Load())
	}))
	t.Cleanup(s.Close)
	l.target = s.Listener.Addr().String()
	a := l.prober.Do(t.Context(), labs.Request{URL: "http://" + name + "/", Samples: 3}, l.target).Answer
	if got := fmt.Sprint(a.Code, a.Samples); got != "503 [{200  v1} {503  } {200  v3}]" {
		t.Error(got)
	}
	if a = l.prober.Do(t.Context(), labs.Request{URL: "http://" + name + "/"}, l.target).Answer; a.Code != 200 || a.Samples != nil {
		t.Errorf("one alone: %+v", a)
	}
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "Grpc-Status")
		fmt.Fprint(w, r.Proto, " ", r.ContentLength)
		w.Header().Set("Grpc-Status", "0")
	})
	for _, secure := range []bool{true, false} {
		l := newLab(t)
		s := httptest.NewUnstartedServer(handler)
		s.Config.Protocols = new(http.Protocols)
		s.Config.Protocols.SetUnencryptedHTTP2(true)
		s.Config.Protocols.SetHTTP2(true)
		scheme := "http"
		if secure {
			s.EnableHTTP2 = true
			s.StartTLS()
			l.prober.Trust["public"] = pemOf(s.Certificate())
			scheme = "https"
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		r := labs.Request{URL: scheme + "://example.com/", Method: "POST", HTTP2: true, Headers: map[string]string{"content-type": "application/grpc"}}
		l.target = s.Listener.Addr().String()
		a := l.prober.Do(t.Context(), r, l.target).Answer
		if !strings.HasPrefix(a.Body, "HTTP/2.0") || a.Headers["grpc-status"] != "0" {
			t.Errorf("TLS %v: %+v", secure, a)
		}
	}
}

func pemOf(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}
