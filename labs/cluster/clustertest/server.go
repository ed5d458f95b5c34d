package clustertest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs/fault"
)

// Server is the API in memory behind HTTP. It serves no watches and no
// subresources. A namespace that is deleted takes along what is in it.
type Server struct {
	*API
	URL string

	mu     sync.Mutex
	before func(http.ResponseWriter, *http.Request) bool
	deny   func(Review) bool
	rv     int
}

// Review is a question of a SelfSubjectAccessReview.
type Review struct{ Verb, Group, Resource, Subresource, Namespace string }

// NewServer puts HTTP before an API; its URL is for the caller to set.
func NewServer(a *API) *Server { return &Server{API: a} }

// Serve serves an API until the test ends.
func Serve(t testing.TB, a *API) *Server {
	s := NewServer(a)
	h := httptest.NewServer(s)
	t.Cleanup(h.CloseClientConnections) // requests that hang end too
	t.Cleanup(h.Close)
	s.URL = h.URL
	return s
}

// Before sets what sees every request first; true says that it has answered.
func (s *Server) Before(f func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// Deny sets which rights the asker lacks.
func (s *Server) Deny(f func(Review) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deny = f
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	before := s.before
	s.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	switch {
	case r.URL.Path == "/version":
		reply(w, map[string]any{"gitVersion": "v1.36.1"}, nil)
	case r.URL.Path == "/readyz":
		_, _ = io.WriteString(w, "ok")
	case r.URL.Path == "/api" || r.URL.Path == "/apis":
		reply(w, s.discovery(r.URL.Path == "/api"), nil)
	case strings.HasSuffix(r.URL.Path, "/selfsubjectaccessreviews"):
		s.review(w, r)
	default:
		s.object(w, r)
	}
}

func reply(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		status := apierrors.NewInternalError(err).Status()
		var known apierrors.APIStatus
		if errors.As(err, &known) {
			status = known.Status()
		}
		status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
		w.WriteHeader(int(status.Code))
		v = status
	}
	_ = json.NewEncoder(w).Encode(v)
}

// discovery answers as aggregated discovery does.
func (s *Server) discovery(core bool) any {
	type resource = map[string]any
	groups := map[string]map[string][]resource{}
	for _, k := range s.Kinds {
		if (k.Group == "") != core {
			continue
		}
		scope := "Cluster"
		if k.Namespaced {
			scope = "Namespaced"
		}
		if groups[k.Group] == nil {
			groups[k.Group] = map[string][]resource{}
		}
		groups[k.Group][k.Version] = append(groups[k.Group][k.Version],
			resource{"resource": k.Resource, "scope": scope, "responseKind": map[string]any{"kind": k.Kind}})
	}
	var items []any
	for group, versions := range groups {
		var list []any
		for v, resources := range versions {
			list = append(list, map[string]any{"version": v, "freshness": "Current", "resources": resources})
		}
		items = append(items, map[string]any{"metadata": map[string]any{"name": group}, "versions": list})
	}
	return map[string]any{"kind": "APIGroupDiscoveryList", "items": items}
}

func (s *Server) review(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Spec struct {
			ResourceAttributes Review `json:"resourceAttributes"`
		} `json:"spec"`
	}
	err := json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	allowed := s.deny == nil || !s.deny(body.Spec.ResourceAttributes)
	s.mu.Unlock()
	reply(w, map[string]any{"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "status": map[string]any{"allowed": allowed}}, err)
}

// target finds the kind, namespace and name of a path.
func (s *Server) target(path string) (k fault.Kind, ns, name string, ok bool) {
	f := strings.Split(strings.Trim(path, "/"), "/")
	group, version, rest := "", "", []string(nil)
	switch {
	case len(f) > 2 && f[0] == "api":
		version, rest = f[1], f[2:]
	case len(f) > 3 && f[0] == "apis":
		group, version, rest = f[1], f[2], f[3:]
	default:
		return k, "", "", false
	}
	if len(rest) > 2 && rest[0] == "namespaces" {
		ns, rest = rest[1], rest[2:]
	}
	for _, k := range s.Kinds {
		if k.Group == group && k.Version == version && k.Resource == rest[0] && len(rest) <= 2 {
			if len(rest) == 2 {
				name = rest[1]
			}
			return k, ns, name, true
		}
	}
	return k, "", "", false
}

func (s *Server) object(w http.ResponseWriter, r *http.Request) {
	k, ns, name, ok := s.target(r.URL.Path)
	if !ok || r.URL.Query().Get("watch") != "" {
		reply(w, nil, apierrors.NewNotFound(k.GroupVersionResource.GroupResource(), r.URL.Path))
		return
	}
	var ri dynamic.ResourceInterface = s.Resource(k.GroupVersionResource)
	if k.Namespaced && ns != "" {
		ri = s.Resource(k.GroupVersionResource).Namespace(ns)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		reply(w, nil, err)
		return
	}
	o := &unstructured.Unstructured{}
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		if err := json.Unmarshal(body, &o.Object); err != nil {
			reply(w, nil, err)
			return
		}
	}
	ctx := r.Context()
	switch {
	case r.Method == http.MethodGet && name == "":
		list, err := ri.List(ctx, metav1.ListOptions{LabelSelector: r.URL.Query().Get("labelSelector")})
		reply(w, list, err)
		return
	case r.Method == http.MethodGet:
		o, err = ri.Get(ctx, name, metav1.GetOptions{})
	case r.Method == http.MethodPost:
		o.SetResourceVersion(s.next())
		o, err = ri.Create(ctx, o, metav1.CreateOptions{})
	case r.Method == http.MethodPut:
		o, err = s.update(r, ri, k, o)
	case r.Method == http.MethodPatch && r.Header.Get("Content-Type") == string(types.ApplyPatchType):
		if err = json.Unmarshal(body, &o.Object); err == nil {
			o, err = ri.Apply(ctx, name, o, metav1.ApplyOptions{FieldManager: "test", Force: true})
		}
	case r.Method == http.MethodPatch:
		o, err = ri.Patch(ctx, name, types.PatchType(r.Header.Get("Content-Type")), body, metav1.PatchOptions{})
	case r.Method == http.MethodDelete:
		if err = ri.Delete(ctx, name, metav1.DeleteOptions{}); err == nil && k.Kind == "Namespace" {
			err = s.empty(r, name)
		}
	}
	reply(w, o, err)
}

func (s *Server) next() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rv++
	return strconv.Itoa(s.rv)
}

// update refuses what somebody else has changed since.
func (s *Server) update(r *http.Request, ri dynamic.ResourceInterface, k fault.Kind, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	have, err := ri.Get(r.Context(), o.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if v := o.GetResourceVersion(); v != "" && v != have.GetResourceVersion() {
		return nil, apierrors.NewConflict(k.GroupResource(), o.GetName(), errors.New("it was changed"))
	}
	o.SetResourceVersion(s.next())
	return ri.Update(r.Context(), o, metav1.UpdateOptions{})
}

// empty deletes what is in a namespace.
func (s *Server) empty(r *http.Request, ns string) error {
	for _, k := range s.Kinds {
		if !k.Namespaced {
			continue
		}
		ri := s.Resource(k.GroupVersionResource).Namespace(ns)
		list, err := ri.List(r.Context(), metav1.ListOptions{})
		if err != nil {
			return err
		}
		for _, o := range list.Items {
			if err := ri.Delete(r.Context(), o.GetName(), metav1.DeleteOptions{}); err != nil {
				return err
			}
		}
	}
	return nil
}
