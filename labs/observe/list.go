package observe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Whoever may not list a kind in all namespaces may often list it in some: a
// Role is of one. Those that a request or the person's context names are tried
// then, and what was seen of the kind is only a part.

// spaces are the namespaces to try: that of the context, those that requests
// name, and Istio's.
func (o *Observer) spaces() []string {
	o.mu.Lock()
	requests := o.requests
	o.mu.Unlock()
	out := []string{o.home}
	for _, r := range requests {
		for _, named := range []string{r.From, r.Gateway, r.Via, r.To} {
			if namespace, _, ok := strings.Cut(named, "/"); ok && namespace != "outside" {
				out = append(out, namespace)
			}
		}
	}
	out = append(out, istioSystem)
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" })
}

// list reads the objects now, in the first version that the API serves.
func (s *store) list(ctx context.Context, opts metav1.ListOptions) (*unstructured.UnstructuredList, error) {
	var err error
	for _, v := range s.kind.versions {
		var l *unstructured.UnstructuredList
		if l, err = s.resource(v).List(ctx, opts); err == nil {
			s.served(v, nil, "")
			return l, nil
		}
		if apierrors.IsForbidden(err) {
			if l, in := s.listPart(ctx, v, opts); len(in) > 0 {
				s.served(v, in, part(in, fmt.Errorf("list %s: %w", s.kind, err)))
				return l, nil
			}
		}
		if !apierrors.IsNotFound(err) {
			break
		}
	}
	return nil, fmt.Errorf("list %s: %w", s.kind, err)
}

func (s *store) resource(version string) dynamic.ResourceInterface {
	r := s.client.Resource(s.kind.at(version))
	if s.kind.namespace != "" {
		return r.Namespace(s.kind.namespace)
	}
	return r
}

// listPart lists a kind in the namespaces where that is allowed.
func (s *store) listPart(ctx context.Context, version string, opts metav1.ListOptions) (*unstructured.UnstructuredList, []string) {
	all := &unstructured.UnstructuredList{}
	var in []string
	if s.kind.namespace != "" || s.kind.cluster {
		return all, nil
	}
	for _, namespace := range s.spaces() {
		l, err := s.client.Resource(s.kind.at(version)).Namespace(namespace).List(ctx, opts)
		if err != nil {
			continue // the refusal of the whole says enough
		}
		in = append(in, namespace)
		all.Object, all.Items = l.Object, append(all.Items, l.Items...)
	}
	return all, in
}

// served notes which version the API serves, and how much of it was seen.
func (s *store) served(version string, in []string, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version, s.absent, s.partly, s.refused = version, false, in, why
}

// part is where the kind was seen, when not everywhere, and why not.
func (s *store) part() ([]string, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.partly, s.refused
}

// narrowed says whether the kind was seen in some namespaces only.
func (s *store) narrowed() bool {
	in, _ := s.part()
	return len(in) > 0
}

// part says what was seen of a kind that may not be listed as a whole.
func part(in []string, refused error) string {
	return "only those in " + strings.Join(in, ", ") + " were seen: " + refused.Error()
}

// partly are the namespaces in which kinds were seen that may not be listed as
// a whole.
func (o *Observer) partly() map[string][]string {
	var out map[string][]string
	for _, s := range o.stores {
		if in, _ := s.part(); len(in) > 0 {
			if out == nil {
				out = map[string][]string{}
			}
			out[s.kind.name] = in
		}
	}
	return out
}

// absent are the kinds that the API server does not know.
func (o *Observer) absent() []string {
	var out []string
	for _, s := range o.stores {
		s.mu.Lock()
		if s.absent {
			out = append(out, snapshot.GroupKind(s.kind.group, s.kind.name))
		}
		s.mu.Unlock()
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// balancers are the names of load balancers that have no address.
func balancers(objects []snapshot.Object) []string {
	var out []string
	for _, o := range objects {
		if o.Kind() == "Service" {
			out = append(out, snapshot.ServiceNames(o)...)
		}
	}
	return out
}
