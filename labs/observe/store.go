package observe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Pauses between tries while a kind cannot be watched, or the API knows none
// of its versions: a CRD may come.
const (
	retryMin = 100 * time.Millisecond
	retryMax = 3 * time.Second
)

// store holds the objects of one kind as last seen. A reflector fills it, and
// starts again when the watch breaks; why it cannot is kept in words.
type store struct {
	kind    kind
	client  dynamic.Interface
	changed func()

	mu      sync.Mutex
	objects map[string]snapshot.Object // by namespace/name
	sorted  []snapshot.Object          // the same; nil when they have changed since
	trouble string                     // why objects may be stale
	version string                     // that the API was found to serve
	absent  bool                       // the API serves none
	partly  []string                   // namespaces that were listed, where all may not be
	refused string                     // in what words

	spaces func() []string // namespaces to list where all may not be
}

func newStore(k kind, c dynamic.Interface, changed func(), spaces func() []string) *store {
	return &store{kind: k, client: c, changed: changed, trouble: "not listed yet", spaces: spaces}
}

// get returns the objects, which are not to be changed, and why they may not
// be the truth, if so.
func (s *store) get() ([]snapshot.Object, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sorted == nil {
		s.sorted = make([]snapshot.Object, 0, len(s.objects))
		for _, k := range sortedKeys(s.objects) {
			s.sorted = append(s.sorted, s.objects[k])
		}
	}
	if s.trouble == "" {
		return s.sorted, s.refused
	}
	return s.sorted, s.trouble
}

// run watches until the context ends.
func (s *store) run(ctx context.Context) {
	quiet := logr.Discard() // what goes wrong is in trouble; the terminal is somebody else's
	r := cache.NewReflectorWithOptions(lister{s}, nil, s, cache.ReflectorOptions{
		Name: s.kind.String(), Logger: &quiet,
		Backoff: &wait.Backoff{Duration: retryMin, Factor: 2, Cap: retryMax, Steps: 8},
	})
	r.RunWithContext(klog.NewContext(ctx, quiet))
}

// lister is the reflector's way to the API.
type lister struct{ *store }

func (l lister) ListWithContext(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
	list, err := l.list(ctx, opts)
	switch {
	case apierrors.IsNotFound(err):
		l.unknownKind()
		l.fill(nil) // no such kind: no such objects
	case apierrors.IsResourceExpired(err), ctx.Err() != nil:
	case err != nil:
		l.fail(err)
	}
	if err != nil {
		return nil, err // not a nil pointer in an interface
	}
	return list, nil
}

func (l lister) WatchWithContext(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
	l.mu.Lock()
	version := l.version
	l.mu.Unlock()
	w, err := l.resource(version).Watch(ctx, opts)
	if l.narrowed() && apierrors.IsForbidden(err) {
		return nil, err // listed again in a while: watches of single namespaces would be many
	}
	if err != nil && ctx.Err() == nil && !apierrors.IsResourceExpired(err) {
		l.fail(fmt.Errorf("watch %s: %w", l.kind, err))
	}
	if err == nil {
		l.fail(nil) // it goes on from what is known
	}
	return w, err
}

func (l lister) List(opts metav1.ListOptions) (runtime.Object, error) {
	return l.ListWithContext(context.Background(), opts)
}

func (l lister) Watch(opts metav1.ListOptions) (watch.Interface, error) {
	return l.WatchWithContext(context.Background(), opts)
}

// IsWatchListSemanticsUnSupported makes the reflector list first: a list in a
// version that is not served says so, a stream of one would hang.
func (lister) IsWatchListSemanticsUnSupported() bool { return true }

// The reflector's side of the store.

// Add takes an object that came.
func (s *store) Add(obj any) error { return s.Update(obj) }

// Update takes an object that changed. Nobody is told when nothing of it did
// but its version: leaders renew their claim every few seconds.
func (s *store) Update(obj any) error {
	o, err := asObject(obj)
	if err != nil {
		return err
	}
	s.mu.Lock()
	if s.objects == nil {
		s.objects = map[string]snapshot.Object{}
	}
	was, now := s.objects[key(o)], trim(o.Object)
	news := s.trouble != "" || was == nil || !sameBut(was, now, "resourceVersion")
	s.objects[key(o)], s.sorted = now, nil
	s.trouble = ""
	s.mu.Unlock()
	if news {
		s.changed()
	}
	return nil
}

// Delete forgets an object that went.
func (s *store) Delete(obj any) error {
	o, err := asObject(obj)
	if err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.objects, key(o))
	s.sorted, s.trouble = nil, ""
	s.mu.Unlock()
	s.changed()
	return nil
}

// Replace takes the objects of a list.
func (s *store) Replace(list []any, _ string) error {
	objects := make(map[string]snapshot.Object, len(list))
	for _, x := range list {
		o, err := asObject(x)
		if err != nil {
			return err
		}
		objects[key(o)] = trim(o.Object)
	}
	s.fill(objects)
	return nil
}

// Resync has nothing to do: nobody is told of single objects.
func (s *store) Resync() error { return nil }

func (s *store) fill(objects map[string]snapshot.Object) {
	s.mu.Lock()
	news := s.trouble != "" || len(objects)+len(s.objects) > 0
	s.objects, s.sorted, s.trouble = objects, nil, ""
	s.mu.Unlock()
	if news {
		s.changed()
	}
}

// unknownKind notes that the API server does not know the kind.
func (s *store) unknownKind() {
	s.mu.Lock()
	s.absent = true
	s.mu.Unlock()
}

// fail notes why the objects may be stale; nil when they are not.
func (s *store) fail(err error) {
	trouble := ""
	if err != nil {
		trouble = err.Error()
	}
	s.mu.Lock()
	news := s.trouble != trouble
	s.trouble = trouble
	s.mu.Unlock()
	if news {
		s.changed()
	}
}

func asObject(x any) (*unstructured.Unstructured, error) {
	o, ok := x.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("a %T is no object", x)
	}
	return o, nil
}

func key(o *unstructured.Unstructured) string { return o.GetNamespace() + "/" + o.GetName() }
