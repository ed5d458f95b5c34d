package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/history"
)

// placed is a backend whose cluster runs, or whose Attach ends in err.
type placed struct {
	nowhere
	handle *cluster.Handle
	err    error
}

func (p placed) Attach(context.Context) (*cluster.Handle, error) { return p.handle, p.err }

// apiServer answers for its namespace kube-system with a uid, refuses it
// without one.
func apiServer(t *testing.T, uid string) *cluster.Handle {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if uid == "" || r.URL.Path != "/api/v1/namespaces/kube-system" {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `{"metadata":{"uid":%q}}`, uid)
	}))
	t.Cleanup(s.Close)
	return &cluster.Handle{Name: "context dev", REST: &rest.Config{Host: s.URL}}
}

// TestContextOfTheLabsClusterIsMasked: a lab's answers are not told by the
// lab's cluster under another name. Where it cannot be told which cluster it
// is, it is taken for the lab's.
func TestContextOfTheLabsClusterIsMasked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		kinds      []history.Kind
		own        placed
		context    string // uid of the cluster of the context
		wantHidden bool
	}{
		{"the lab's own", []history.Kind{history.Started, history.Broken}, placed{handle: apiServer(t, "a")}, "a", true},
		{"another", []history.Kind{history.Started, history.Broken}, placed{handle: apiServer(t, "a")}, "b", false},
		{"one that does not say which it is", []history.Kind{history.Started, history.Broken}, placed{handle: apiServer(t, "a")}, "", true},
		{"the lab's does not say which it is", []history.Kind{history.Started, history.Broken}, placed{handle: apiServer(t, "")}, "b", true},
		{"the lab's does not run", []history.Kind{history.Started, history.Broken}, placed{err: cluster.ErrNotRunning}, "b", false},
		{"the lab's does not answer", []history.Kind{history.Started, history.Broken}, placed{err: cluster.ErrNoAnswer}, "b", true},
		{"no lab", nil, placed{handle: apiServer(t, "a")}, "a", false},
		{"a lab that was taken out", []history.Kind{history.Started, history.Broken, history.Leaving, history.Reset}, placed{handle: apiServer(t, "a")}, "a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var errs bytes.Buffer
			e := &env{
				Stderr: &errs, Now: time.Now, Getenv: func(string) string { return "" }, Home: t.TempDir(), lab: traceInLab,
				backend: func(*env) (cluster.Backend, error) { return tt.own, nil },
			}
			for i, k := range tt.kinds {
				r := history.Record{At: time.Now().Add(time.Duration(i) * time.Second), Attempt: "1", Lab: "shop-is-gone", Kind: k}
				if err := history.Open(e.path("history.jsonl")).Append(r); err != nil {
					t.Fatal(err)
				}
			}
			in := labOfContext(t.Context(), e, apiServer(t, tt.context))
			if in.Hides != tt.wantHidden || strings.Contains(errs.String(), "shop-is-gone is in progress") != tt.wantHidden {
				t.Fatalf("hides %v, says %q", in.Hides, errs.String())
			}
			if !tt.wantHidden {
				return
			}
			p := in.Filter(labs.Path{Hops: []labs.Hop{{Layers: []labs.LayerReport{{Layer: labs.LayerRoute, Verdict: labs.Broken, Summary: "the secret"}}}}})
			if r := p.Hops[0].Layers[0]; r.Verdict != labs.Unknown || r.Summary == "the secret" {
				t.Errorf("told: %+v", r)
			}
		})
	}
}
