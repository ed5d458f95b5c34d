package observe

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

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
	srv := httptest.NewServer(api)
	defer srv.Close()
	client, err := dynamic.NewForConfig(&rest.Config{Host: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	changed := make(chan struct{}, 100)
	s := newStore(kinds()[1], client, func() { changed <- struct{}{} })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.run(ctx) }()
	defer func() { cancel(); <-done }()

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
	srv := httptest.NewServer(api)
	defer srv.Close()
	client, err := dynamic.NewForConfig(&rest.Config{Host: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	changed := make(chan struct{}, 100)
	s := newStore(kinds()[1], client, func() { changed <- struct{}{} })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.run(ctx) }()
	defer func() { cancel(); <-done }()
	<-changed
	next := make(chan string)
	old := api.events
	api.set(func(f *fakeAPI) { f.events = next })
	close(old)
	next <- event("ADDED", thing("two", "11"))
	<-changed
	api.mu.Lock()
	defer api.mu.Unlock()
	if list, _ := s.get(); len(list) != 2 || api.lists != 1 {
		t.Errorf("%d objects after %d lists, want 2 after 1", len(list), api.lists)
	}
}
