package observe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// fakeAPI serves one kind by list and watch, and can be away.
type fakeAPI struct {
	mu      sync.Mutex
	status  int // answer every request with it, when not 0
	objects []map[string]any
	events  chan string // lines of the watch; closed ends it
	lists   int
	only    string // serve no other paths than those with it in them
}

func thing(name, version string) map[string]any {
	return map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{
		"name": name, "namespace": "a", "resourceVersion": version, "managedFields": []any{"x"},
	}}
}

func event(kind string, object map[string]any) string {
	b, err := json.Marshal(map[string]any{"type": kind, "object": object})
	if err != nil {
		panic(err)
	}
	return string(b) + "\n"
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	status, objects, events := f.status, f.objects, f.events
	if status == 0 && !strings.Contains(r.URL.Path, f.only) {
		status = 404
	}
	if r.URL.Query().Get("watch") == "" {
		f.lists++
	}
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if status != 0 {
		w.WriteHeader(status)
		reason := map[int]string{404: "NotFound", 403: "Forbidden"}[status]
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"message":"because","code":%d}`, reason, status)
		return
	}
	if r.URL.Query().Get("watch") == "" {
		json.NewEncoder(w).Encode(map[string]any{"kind": "ServiceList", "apiVersion": "v1", "metadata": map[string]any{"resourceVersion": "10"}, "items": objects})
		return
	}
	w.(http.Flusher).Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case line, ok := <-events:
			if !ok {
				return
			}
			w.Write([]byte(line))
			w.(http.Flusher).Flush()
		}
	}
}

func (f *fakeAPI) set(change func(*fakeAPI)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func TestStore(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{objects: []map[string]any{thing("one", "1")}, events: make(chan string)}
	s, changed := watched(t, api)
	expect := func(when, names, trouble string) {
		t.Helper()
		deadline := time.After(5 * time.Second)
		for {
			list, why := s.get()
			var got []string
			for _, o := range list {
				meta := o["metadata"].(map[string]any)
				got = append(got, meta["name"].(string))
				if meta["managedFields"] != nil {
					t.Fatalf("%s: managed fields are kept", when)
				}
			}
			if strings.Join(got, " ") == names && strings.Contains(why, trouble) && (trouble != "" || why == "") {
				return
			}
			select {
			case <-changed:
			case <-deadline:
				t.Fatalf("%s: %v %q, want %q %q", when, got, why, names, trouble)
			}
		}
	}
	expect("listed", "one", "")
	api.events <- event("ADDED", thing("two", "11"))
	expect("added by watch", "one two", "")
	api.events <- event("DELETED", thing("one", "12"))
	expect("deleted by watch", "two", "")

	old := api.events
	api.set(func(f *fakeAPI) { f.status = 403; f.events = make(chan string) })
	close(old)
	expect("forbidden: what was seen stays, and says so", "two", "because")
	api.set(func(f *fakeAPI) { f.status = 0; f.objects = []map[string]any{thing("three", "20")} })
	expect("healed by itself", "three", "")

	old = api.events
	api.set(func(f *fakeAPI) { f.status = 404; f.events = make(chan string) })
	close(old)
	expect("no such kind: no objects, no trouble", "", "")
}

// A watch that ends in good order goes on where it was, without a new list.
func TestStoreGoesOn(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{objects: []map[string]any{thing("one", "1")}, events: make(chan string)}
	s, changed := watched(t, api)
	<-changed
	next := make(chan string)
	old := api.events
	old <- event("ADDED", thing("two", "11")) // one that brings nothing is taken for broken
	<-changed
	api.set(func(f *fakeAPI) { f.events = next })
	close(old)
	next <- event("ADDED", thing("three", "12"))
	<-changed
	api.mu.Lock()
	defer api.mu.Unlock()
	if list, why := s.get(); len(list) != 3 || why != "" || api.lists != 1 {
		t.Errorf("%d objects after %d lists (%q), want 3 after 1", len(list), api.lists, why)
	}
}

// A leader that renews its claim changes nothing that anybody looks at: a look
// sends every request, and each writes a line into the proxies' logs.
func TestNobodyIsToldOfAClaimRenewed(t *testing.T) {
	t.Parallel()
	claim := func(version, holder, mesh string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"mesh": mesh}, "metadata": map[string]any{
			"name": "istio-leader", "namespace": "istio-system", "resourceVersion": version,
			"annotations": map[string]any{"control-plane.alpha.kubernetes.io/leader": holder},
		}}}
	}
	told := 0
	s := newStore(kind{name: "ConfigMap"}, nil, func() { told++ }, nil)
	for _, c := range []struct {
		object *unstructured.Unstructured
		told   int
	}{{claim("1", "a", "x"), 1}, {claim("2", "b", "x"), 1}, {claim("3", "b", "y"), 2}} {
		if err := s.Update(c.object); err != nil {
			t.Fatal(err)
		}
		if told != c.told {
			t.Errorf("version %s: told %d times, want %d", c.object.GetResourceVersion(), told, c.told)
		}
	}
	s.fail(errors.New("cut off"))
	if err := s.Update(claim("4", "b", "y")); err != nil || told != 4 {
		t.Errorf("told %d times (%v), want 4: the trouble and its end are news", told, err)
	}
	if list, _ := s.get(); len(list) != 1 || list[0]["metadata"].(map[string]any)["resourceVersion"] != "4" {
		t.Errorf("%v, want the newest version", list)
	}
}

// An older API serves a kind in an older version; one that serves none has no
// such objects.
func TestStoreOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{objects: []map[string]any{thing("one", "1")}, events: make(chan string), only: "/v1beta1/"}
	client := clientOf(t, api)
	k := kind{name: "Gateway", group: "networking.istio.io", resource: "gateways", versions: []string{"v1", "v1beta1"}}
	look := func() (int, []string, error) {
		o := &Observer{stores: []*store{newStore(k, client, func() {}, func() []string { return nil })}}
		list, err := o.stores[0].listNow(t.Context())
		return len(list), o.absent(), err
	}
	if n, absent, err := look(); err != nil || n != 1 || absent != nil {
		t.Errorf("an older version: %d objects, %v, absent %v", n, err, absent)
	}
	k.versions = []string{"v1", "v1alpha1"}
	if n, absent, err := look(); err != nil || n != 0 || len(absent) != 1 || absent[0] != "Gateway.networking.istio.io" {
		t.Errorf("no version: %d objects, %v, absent %v", n, err, absent)
	}
	api.set(func(f *fakeAPI) { f.status = 403 })
	if _, absent, err := look(); err == nil || absent != nil {
		t.Errorf("a kind that may not be listed has no objects: %v, absent %v", err, absent)
	}
}

func clientOf(t *testing.T, api *fakeAPI) dynamic.Interface {
	t.Helper()
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	client, err := dynamic.NewForConfig(&rest.Config{Host: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// watched is a store of Services that runs.
func watched(t *testing.T, api *fakeAPI) (*store, <-chan struct{}) {
	t.Helper()
	client := clientOf(t, api)
	changed := make(chan struct{}, 100)
	s := newStore(kind{name: "Service", resource: "services", versions: []string{"v1"}}, client, func() { changed <- struct{}{} }, nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return s, changed
}
