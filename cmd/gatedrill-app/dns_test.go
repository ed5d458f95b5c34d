package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/gatedrill/gatedrill/labs/zone"
)

// clusterDNS knows one Service, and says no to the rest.
func clusterDNS(t *testing.T) string {
	t.Helper()
	l, err := net.ListenPacket("udp4", anywhere)
	if err != nil {
		t.Fatal(err)
	}
	address := l.LocalAddr().String()
	l.Close()
	answer := func(name string, qtype uint16) ([]dns.RR, int) {
		if name != "web.shop.svc.cluster.local." || qtype != dns.TypeA {
			return nil, dns.RcodeNameError
		}
		rr, err := dns.NewRR(name + " 5 IN A 10.96.1.1")
		if err != nil {
			t.Error(err)
		}
		return []dns.RR{rr}, dns.RcodeSuccess
	}
	if err := zone.Serve(t.Context(), answer, func(err error) { t.Error(err) }, address); err != nil {
		t.Fatal(err)
	}
	return address
}

func TestWorkloadsResolveTheZoneAndTheCluster(t *testing.T) {
	t.Parallel()
	r := &resolver{servers: []string{clusterDNS(t)}}
	r.read(`shop.example.com.  60 IN A 172.18.255.200
in.example.com.    60 IN CNAME web.shop.svc.cluster.local.
gone.example.com.  60 IN CNAME nobody.example.org.
round.example.com. 60 IN CNAME circle.example.com.
circle.example.com. 60 IN CNAME round.example.com.`)
	for _, c := range []struct {
		name, last string
		rcode      int
	}{
		{"shop.example.com.", "172.18.255.200", dns.RcodeSuccess},
		{"SHOP.example.com.", "172.18.255.200", dns.RcodeSuccess},
		{"web.shop.svc.cluster.local.", "10.96.1.1", dns.RcodeSuccess},
		{"none.shop.svc.cluster.local.", "", dns.RcodeNameError},
		{"in.example.com.", "10.96.1.1", dns.RcodeSuccess},
		{"gone.example.com.", "nobody.example.org.", dns.RcodeNameError},
		{"round.example.com.", "round.example.com.", dns.RcodeSuccess},
		{"other.example.com.", "", dns.RcodeNameError},
		{"example.", "", dns.RcodeNameError},
	} {
		rrs, rcode := r.answer(c.name, dns.TypeA)
		last := ""
		if len(rrs) > 0 {
			f := strings.Fields(rrs[len(rrs)-1].String())
			last = f[len(f)-1]
		}
		if rcode != c.rcode || last != c.last {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, dns.RcodeToString[rcode], last, dns.RcodeToString[c.rcode], c.last)
		}
	}
	r.servers = []string{"127.0.0.1:1"}
	if _, rcode := r.answer("web.shop.svc.cluster.local.", dns.TypeA); rcode != dns.RcodeServerFailure {
		t.Errorf("the cluster's server is away: %s, want SERVFAIL", dns.RcodeToString[rcode])
	}
}

// The zone is read, followed, and read anew when the watch ends or the API
// server refuses.
func TestZoneIsFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	event := func(kind, text string) string {
		return fmt.Sprintf(`{"type":%q,"object":{"data":{"zone":%q}}}`+"\n", kind, text)
	}
	answers := []string{
		"refuse",
		`{"metadata":{"resourceVersion":"7"},"items":[{"data":{"zone":"one"}}]}`,
		event("MODIFIED", "two") + event("DELETED", "two") + event("ADDED", "three") + event("ERROR", "") + event("ADDED", "never"),
		`{"metadata":{"resourceVersion":"9"},"items":[]}`,
		"",
	}
	var asked []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer secret" {
			t.Errorf("Authorization %q", got)
		}
		asked = append(asked, r.URL.Query().Get("resourceVersion"))
		next := ""
		if len(answers) > 0 {
			next, answers = answers[0], answers[1:]
		}
		if next == "refuse" || next == "" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, next)
	}))
	defer api.Close()
	z := &zoneReader{client: api.Client(), list: api.URL + "?fieldSelector=x", account: dir, key: "zone"}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []string
	z.follow(ctx, func(text string) {
		if got = append(got, text); len(got) == 5 {
			cancel()
		}
	})
	if d := cmp.Diff([]string{"one", "two", "", "three", ""}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if want := []string{"", "", "7", ""}; !slices.Equal(asked, want) {
		t.Errorf("asked for versions %q, want %q", asked, want)
	}
}
