package observe

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// oneNamespace is an API server that lets its user list Services of one
// namespace, and nothing else.
func oneNamespace(namespace string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/api/v1/namespaces/"+namespace+"/services" && r.URL.Query().Get("watch") == "" {
			fmt.Fprintf(w, `{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":%q}}]}`, namespace)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"services is forbidden: User \"jo\" cannot list resource \"services\" in API group \"\" at the cluster scope"}`)
	}
}

// A Role of one namespace shows what is in it, and the rest is said to be
// unseen.
func TestPartOfAKind(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(oneNamespace("shop"))
	t.Cleanup(srv.Close)
	client, err := dynamic.NewForConfig(&rest.Config{Host: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, home string
		request    labs.Request
		kind       kind
		objects    int
		partly     map[string][]string
	}{
		{"the namespace of the context", "shop", labs.Request{}, kind{name: "Service", resource: "services"}, 1, map[string][]string{"Service": {"shop"}}},
		{"that of the workload that asks", "", labs.Request{From: "shop/client"}, kind{name: "Service", resource: "services"}, 1, map[string][]string{"Service": {"shop"}}},
		{"none that may be seen", "other", labs.Request{Gateway: "edge/gateway"}, kind{name: "Service", resource: "services"}, 0, nil},
		{"a kind of no namespace", "shop", labs.Request{}, kind{name: "Namespace", resource: "namespaces", cluster: true}, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.kind.versions = []string{"v1"}
			o := &Observer{home: tt.home, requests: []labs.Request{tt.request}, clock: time.Now}
			o.stores = []*store{newStore(tt.kind, client, func() {}, o.spaces)}
			s := o.Objects(t.Context())
			if d := cmp.Diff(tt.partly, s.Partly); d != "" || len(s.Objects) != tt.objects {
				t.Errorf("%d objects, want %d; partly (-want +got):\n%s", len(s.Objects), tt.objects, d)
			}
			why := s.Missing[tt.kind.name]
			if !strings.Contains(why, `User "jo" cannot list`) || strings.Contains(why, "only those in shop") != (tt.partly != nil) {
				t.Errorf("missing: %q", why)
			}
			if got := s.MissingIn("shop", tt.kind.name); (got == "") != (tt.partly != nil) {
				t.Errorf("missing in shop: %q", got)
			}
		})
	}
}

// Where a watch is refused as well, the namespaces are listed again.
func TestPartIsListedAgain(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(oneNamespace("shop"))
	t.Cleanup(srv.Close)
	client, err := dynamic.NewForConfig(&rest.Config{Host: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	changed := make(chan struct{}, 100)
	s := newStore(kind{name: "Service", resource: "services", versions: []string{"v1"}}, client, func() { changed <- struct{}{} }, func() []string { return []string{"shop"} })
	done := make(chan struct{})
	go func() { defer close(done); s.run(t.Context()) }()
	t.Cleanup(func() { <-done })
	for range 2 {
		select {
		case <-changed:
		case <-time.After(10 * time.Second):
			t.Fatal("not listed again")
		}
	}
	list, why := s.get()
	want := []snapshot.Object{{"kind": "Service", "apiVersion": "v1", "metadata": map[string]any{"name": "web", "namespace": "shop"}}}
	if d := cmp.Diff(want, list); d != "" || !strings.HasPrefix(why, "only those in shop were seen: ") {
		t.Errorf("%q (-want +got):\n%s", why, d)
	}
}
