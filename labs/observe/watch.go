package observe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Pauses between tries while a kind cannot be watched.
const (
	retryMin     = 100 * time.Millisecond
	retryMax     = 2 * time.Second
	rewatch      = 20 * time.Millisecond
	retryUnknown = 3 * time.Second // the API has no such kind; a CRD may come
)

// store holds the objects of one kind as last seen. It lists, then watches,
// and starts again when the watch breaks; why it cannot is kept in words.
type store struct {
	kind    kind
	client  dynamic.Interface
	changed func()

	mu      sync.Mutex
	objects map[string]snapshot.Object // by namespace/name
	trouble string                     // why objects may be stale
}

func newStore(k kind, c dynamic.Interface, changed func()) *store {
	return &store{kind: k, client: c, changed: changed, trouble: "not listed yet"}
}

// get returns the objects and why they may not be the truth, if so.
func (s *store) get() ([]snapshot.Object, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]snapshot.Object, 0, len(s.objects))
	for _, k := range sortedKeys(s.objects) {
		out = append(out, s.objects[k])
	}
	return out, s.trouble
}

// run watches until the context ends.
func (s *store) run(ctx context.Context) {
	pause := retryMin
	for ctx.Err() == nil {
		err := s.listAndWatch(ctx)
		wait := pause
		switch {
		case apierrors.IsNotFound(err):
			s.replace(nil) // no such kind: no such objects
			wait = retryUnknown
		case err != nil:
			s.fail(err)
			pause = min(2*pause, retryMax)
		default:
			pause = retryMin
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (s *store) resource() dynamic.ResourceInterface {
	if s.kind.namespace != "" {
		return s.client.Resource(s.kind.resource).Namespace(s.kind.namespace)
	}
	return s.client.Resource(s.kind.resource)
}

// list reads the objects now.
func (s *store) list(ctx context.Context) (map[string]snapshot.Object, string, error) {
	l, err := s.resource().List(ctx, metav1.ListOptions{FieldSelector: s.kind.field})
	if err != nil {
		return nil, "", fmt.Errorf("list %s: %w", s.kind.resource.GroupResource(), err)
	}
	out := make(map[string]snapshot.Object, len(l.Items))
	for i := range l.Items {
		out[key(&l.Items[i])] = trim(l.Items[i].Object)
	}
	return out, l.GetResourceVersion(), nil
}

func (s *store) listAndWatch(ctx context.Context) error {
	objects, version, err := s.list(ctx)
	if err != nil {
		return err
	}
	s.replace(objects)
	for {
		w, err := s.resource().Watch(ctx, metav1.ListOptions{
			FieldSelector: s.kind.field, ResourceVersion: version, AllowWatchBookmarks: true,
		})
		if err != nil {
			return fmt.Errorf("watch %s: %w", s.kind.resource.GroupResource(), err)
		}
		version, err = s.follow(w, version)
		w.Stop()
		if err != nil || ctx.Err() != nil {
			return err
		}
		select { // a server that ends watches at once is not hammered
		case <-ctx.Done():
		case <-time.After(rewatch):
		}
	}
}

// follow applies events until the watch ends, and returns the version to go
// on from.
func (s *store) follow(w watch.Interface, version string) (string, error) {
	for e := range w.ResultChan() {
		o, ok := e.Object.(*unstructured.Unstructured)
		if !ok || e.Type == watch.Error {
			err := apierrors.FromObject(e.Object)
			if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
				return version, errors.New("the watch fell behind")
			}
			return version, fmt.Errorf("watch %s: %w", s.kind.resource.GroupResource(), err)
		}
		version = o.GetResourceVersion()
		if e.Type != watch.Bookmark {
			s.apply(e.Type, o)
		}
	}
	return version, nil
}

func (s *store) apply(t watch.EventType, o *unstructured.Unstructured) {
	s.mu.Lock()
	next := maps.Clone(s.objects)
	if next == nil {
		next = map[string]snapshot.Object{}
	}
	if t == watch.Deleted {
		delete(next, key(o))
	} else {
		next[key(o)] = trim(o.Object)
	}
	s.objects = next
	s.mu.Unlock()
	s.changed()
}

func (s *store) replace(objects map[string]snapshot.Object) {
	s.mu.Lock()
	news := s.trouble != "" || len(objects) != len(s.objects)
	s.objects, s.trouble = objects, ""
	s.mu.Unlock()
	if news {
		s.changed()
	}
}

func (s *store) fail(err error) {
	s.mu.Lock()
	s.trouble = err.Error()
	s.mu.Unlock()
	s.changed()
}

func key(o *unstructured.Unstructured) string { return o.GetNamespace() + "/" + o.GetName() }

// trim drops what nobody asks for and what nobody may have.
func trim(o map[string]any) snapshot.Object {
	unstructured.RemoveNestedField(o, "metadata", "managedFields")
	return snapshot.Seal(o)
}
