package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/certs"
)

// redirecting answers a path by what it says: /302/next redirects to /next,
// any other path is answered with method, host and headers.
func redirecting(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/loop":
		http.Redirect(w, r, "/loop", http.StatusFound)
	case path == "/ring":
		http.Redirect(w, r, "http://other.example.com/302/ring", http.StatusFound)
	case path == "/elsewhere":
		http.Redirect(w, r, "http://other.example.com/end", http.StatusFound)
	case path == "/strange":
		w.Header().Set("Location", "ftp://example.com/")
		w.WriteHeader(http.StatusFound)
	case strings.HasPrefix(path, "/count/"):
		n, _ := strconv.Atoi(path[len("/count/"):])
		http.Redirect(w, r, "/count/"+strconv.Itoa(n+1), http.StatusFound)
	case path == "/302/ring", path == "/302/end", path == "/307/end":
		code, _ := strconv.Atoi(path[1:4])
		http.Redirect(w, r, path[4:], code)
	case path == "/302/none":
		w.WriteHeader(http.StatusFound)
	default:
		w.Write([]byte(r.Method + " " + r.Host + " " + r.Header.Get("Authorization") + r.Header.Get("X-Kept")))
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(redirecting))
	t.Cleanup(srv.Close)
	var dialled []string
	p := &Prober{
		Timeout: 2 * time.Second, Now: time.Now,
		Resolve: func(_ context.Context, host string) ([]string, error) {
			if host == "gone.example.com" {
				return nil, nil
			}
			return []string{"192.0.2.7"}, nil
		},
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			dialled = append(dialled, addr)
			return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
		},
	}
	to := func(code int, location string) labs.Redirect { return labs.Redirect{Code: code, Location: location} }
	headers := map[string]string{"Authorization": "secret+", "X-Kept": "kept", "Host": "virtual.example.com"}
	tests := []struct {
		name, method, path string
		unfollowed         bool
		code               int
		body, fail         string
		redirects          []labs.Redirect
		dialled            []string
	}{
		{name: "not asked for", path: "/302/end", unfollowed: true, code: 302, dialled: []string{"192.0.2.1:80"}},
		{name: "once, at the same address", path: "/302/end", code: 200, body: "GET virtual.example.com secret+kept", redirects: []labs.Redirect{to(302, "/end")}, dialled: []string{"192.0.2.1:80", "192.0.2.1:80"}},
		{name: "302 turns a POST into a GET", method: "POST", path: "/302/end", code: 200, body: "GET virtual.example.com secret+kept", redirects: []labs.Redirect{to(302, "/end")}, dialled: []string{"192.0.2.1:80", "192.0.2.1:80"}},
		{name: "307 keeps the method", method: "POST", path: "/307/end", code: 200, body: "POST virtual.example.com secret+kept", redirects: []labs.Redirect{to(307, "/end")}, dialled: []string{"192.0.2.1:80", "192.0.2.1:80"}},
		{name: "another host gets neither address nor credentials", path: "/elsewhere", code: 200, body: "GET other.example.com kept", redirects: []labs.Redirect{to(302, "http://other.example.com/end")}, dialled: []string{"192.0.2.1:80", "192.0.2.7:80"}},
		{name: "to itself", path: "/loop", code: 302, fail: RedirectLoop, redirects: []labs.Redirect{to(302, "/loop")}, dialled: []string{"192.0.2.1:80"}},
		{name: "to each other", path: "/ring", code: 302, fail: RedirectLoop, redirects: []labs.Redirect{to(302, "http://other.example.com/302/ring"), to(302, "/ring"), to(302, "http://other.example.com/302/ring")}, dialled: []string{"192.0.2.1:80", "192.0.2.7:80", "192.0.2.7:80"}},
		{name: "a Location of another kind", path: "/strange", code: 302, fail: `redirect to "ftp://example.com/", which is no http or https URL`, redirects: []labs.Redirect{to(302, "ftp://example.com/")}, dialled: []string{"192.0.2.1:80"}},
		{name: "no Location", path: "/302/none", code: 302, dialled: []string{"192.0.2.1:80"}},
	}
	for _, tt := range tests {
		dialled = nil
		r := labs.Request{URL: "http://" + name + tt.path, Method: tt.method, Follow: !tt.unfollowed, Headers: headers}
		a := p.Do(t.Context(), r, "192.0.2.1").Answer
		if a.Code != tt.code || tt.body != "" && a.Body != tt.body || a.Error != tt.fail || !a.Observed {
			t.Errorf("%s: %+v", tt.name, a)
		}
		if d := cmp.Diff(tt.redirects, a.Redirects) + cmp.Diff(tt.dialled, dialled); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
	a := p.Do(t.Context(), labs.Request{URL: "http://" + name + "/count/0", Follow: true}, "192.0.2.1").Answer
	if a.Error != TooManyRedirects || len(a.Redirects) != maxRedirects {
		t.Errorf("without end: %q after %d", a.Error, len(a.Redirects))
	}
	if a := p.Do(t.Context(), labs.Request{URL: "http://gone.example.com/"}, "").Answer; a.Error != DNS || !a.Observed {
		t.Errorf("a host without address: %+v", a)
	}
}

// The first address that takes the connection is asked, and Connect goes
// before what the host resolves to.
func TestAddresses(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(redirecting))
	t.Cleanup(srv.Close)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	p := &Prober{
		Timeout: 2 * time.Second, Now: time.Now, Dial: new(net.Dialer).DialContext,
		Resolve: func(context.Context, string) ([]string, error) { return []string{"127.9.9.9", "127.0.0.1"}, nil },
	}
	res := p.Do(t.Context(), labs.Request{URL: "http://" + name + ":" + port + "/end"}, "")
	if res.Answer.Code != 200 || !cmp.Equal(res.Resolved, []string{"127.9.9.9", "127.0.0.1"}) {
		t.Errorf("%+v", res)
	}
	for _, connect := range []string{"127.0.0.1:" + port, "127.0.0.1"} {
		res := p.Do(t.Context(), labs.Request{URL: "http://" + name + ":" + port + "/end", Connect: connect}, "192.0.2.1")
		if res.Answer.Code != 200 || res.Resolved != nil {
			t.Errorf("connect %s: %+v", connect, res)
		}
	}
}

// A client certificate is sent also to a server that names other CAs.
func TestClientCertificateOfAnotherCA(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	other, err := certs.NewCA("other", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	named := x509.NewCertPool()
	named.AppendCertsFromPEM(other.Root())
	l.serve(&tls.Config{
		Certificates: []tls.Certificate{l.pair(-time.Hour, time.Hour, true)},
		ClientAuth:   tls.RequireAnyClientCert, ClientCAs: named,
	})
	l.prober.Certs = map[string]tls.Certificate{"client": l.pair(-time.Hour, time.Hour, true)}
	if a := l.prober.Do(t.Context(), labs.Request{URL: "https://" + name + "/", Connect: l.target, Cert: "client", Trust: "public"}, "").Answer; a.Code != 200 {
		t.Errorf("%+v", a)
	}
}

// A question keeps all that the prober would ask with.
func TestQuestion(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	client := l.pair(-time.Hour, time.Hour, true)
	l.serve(&tls.Config{Certificates: []tls.Certificate{l.pair(-time.Hour, time.Hour, true)}, ClientAuth: tls.RequireAnyClientCert})
	l.prober.Certs = map[string]tls.Certificate{"client": client}
	r := labs.Request{URL: "https://" + name + "/", Connect: l.target, Cert: "client", Trust: "public"}
	q, err := l.prober.Question(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := AskHere(t.Context(), bytes.NewReader(text), &out, time.Now); err != nil {
		t.Fatal(err)
	}
	var res Result
	if err := json.Unmarshal(out.Bytes(), &res); err != nil {
		t.Fatal(err)
	}
	if res.Answer.Code != 200 || !res.Answer.Observed || res.ID == "" || res.SNI != name || len(res.Peers) == 0 || res.Sent.IsZero() {
		t.Errorf("%+v", res)
	}
	if _, err := l.prober.Question(labs.Request{Cert: "other"}); err == nil {
		t.Error("a certificate that is not there is packed")
	}
	if err := AskHere(t.Context(), strings.NewReader("{"), &out, time.Now); err == nil {
		t.Error("half a question is asked")
	}
}
