package fault

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
)

const coreGroup = `{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{"metadata":{},"versions":[
  {"version":"v1","freshness":"Current","resources":[
    {"resource":"pods","responseKind":{"group":"","version":"v1","kind":"Pod"},"scope":"Namespaced","singularResource":"pod","verbs":["get"],
      "subresources":[{"subresource":"log","responseKind":{"group":"","version":"v1","kind":"Pod"},"verbs":["get"]}]},
    {"resource":"namespaces","responseKind":{"group":"","version":"v1","kind":"Namespace"},"scope":"Cluster","verbs":["get"]}]}]}]}`

const otherGroups = `{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[
  {"metadata":{"name":"gateway.networking.k8s.io"},"versions":[
    {"version":"v1","freshness":"Current","resources":[
      {"resource":"gateways","responseKind":{"kind":"Gateway"},"scope":"Namespaced","verbs":["get"]}]},
    {"version":"v1beta1","freshness":"Current","resources":[
      {"resource":"gateways","responseKind":{"kind":"Gateway"},"scope":"Namespaced","verbs":["get"]},
      {"resource":"referencegrants","responseKind":{"kind":"ReferenceGrant"},"scope":"Namespaced","verbs":["get"]},
      {"resource":"parents-only","scope":"Namespaced","subresources":[{"subresource":"x"}]}]}]},
  {"metadata":{"name":"metrics.k8s.io"},"versions":[
    {"version":"v1","freshness":"Stale","resources":[
      {"resource":"nodes","responseKind":{"kind":"NodeMetrics"},"scope":"Cluster","verbs":["get"]}]}]}]}`

func serveAPI(t *testing.T, paths map[string]string) *rest.Config {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept"); got != aggregated {
			t.Errorf("%s asked for %q, want %q", r.URL.Path, got, aggregated)
		}
		w.Header().Set("Content-Type", aggregated)
		if _, err := w.Write([]byte(paths[r.URL.Path])); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return &rest.Config{Host: s.URL}
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	got, err := Discover(t.Context(), serveAPI(t, map[string]string{"/api": coreGroup, "/apis": otherGroups}))
	if err != nil {
		t.Fatal(err)
	}
	gvr := func(g, v, r string) schema.GroupVersionResource {
		return schema.GroupVersionResource{Group: g, Version: v, Resource: r}
	}
	want := []Kind{
		{gvr("", "v1", "pods"), "Pod", true},
		{gvr("", "v1", "namespaces"), "Namespace", false},
		{gvr("gateway.networking.k8s.io", "v1", "gateways"), "Gateway", true},
		{gvr("gateway.networking.k8s.io", "v1beta1", "referencegrants"), "ReferenceGrant", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiscoverRefusesAnOldServer(t *testing.T) {
	t.Parallel()
	_, err := Discover(t.Context(), serveAPI(t, map[string]string{"/api": `{"kind":"APIVersions","versions":["v1"]}`}))
	if !errors.Is(err, errOldServer) {
		t.Errorf("got %v, want errOldServer", err)
	}
}
