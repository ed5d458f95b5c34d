// Package fault changes clusters for labs: it applies the shared world, a
// lab's base, fault and solution, and puts everything back. It knows no
// judging and no learner; package run tells it what to do when.
//
// Before anything is changed, a picture of the objects is stored in the
// cluster. Reset makes the cluster equal to the picture, whatever the lab or
// the learner did meanwhile, and proves it by taking another one. So a crash
// at any moment loses nothing.
package fault

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs"
)

const (
	// Namespace holds what gatedrill itself keeps in a cluster.
	Namespace = labs.NamespacePrefix + "system"
	// Label is on every object that the world or a lab made.
	Label = "gatedrill.dev/lab"

	manager = "gatedrill" // field manager
	world   = "world"     // value of Label for what all labs share
)

// Kind is a kind of object that the cluster serves.
type Kind struct {
	schema.GroupVersionResource
	Kind       string
	Namespaced bool
}

// Engine changes one cluster.
type Engine struct {
	client dynamic.Interface
	kinds  []Kind
	now    func() time.Time
	poll   time.Duration // between two looks at what is waited for
	// scope names the namespaces that pictures cover and that may be written
	// to; nil: all but the cluster's own.
	scope    []string
	images   map[string]string // what runs in place of the images that manifests name
	resolver labs.Object       // Service that workloads ask for names; none where the cluster's DNS knows them
}

// Open connects to a cluster and asks once what kinds it serves. Scope
// confines all changes, pictures, and so resets, to namespaces; nil means the
// whole cluster, for clusters that are ours alone.
func Open(cfg *rest.Config, now func() time.Time, scope []string) (*Engine, error) {
	c := rest.CopyConfig(cfg)
	c.QPS = -1                           // the cluster is ours; the default of 5 a second takes seconds
	c.WarningHandler = rest.NoWarnings{} // a mismatching key is meant

	c.UserAgent = "gatedrill"
	client, err := dynamic.NewForConfig(c)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), discoverWithin)
	defer cancel()
	kinds, err := Discover(ctx, c)
	if err != nil {
		return nil, err
	}
	return New(client, kinds, now, scope), nil
}

// New makes an engine from its parts.
func New(client dynamic.Interface, kinds []Kind, now func() time.Time, scope []string) *Engine {
	return &Engine{client: client, kinds: kinds, now: now, poll: 25 * time.Millisecond, scope: scope}
}

// UseImages makes workloads run other images than their manifests name. It
// belongs before the first change.
func (e *Engine) UseImages(images map[string]string) { e.images = images }

// UseResolver makes the workloads of labs that require names ask a Service for
// them. It belongs before the first change.
func (e *Engine) UseResolver(service labs.Object) { e.resolver = service }

// kindOf finds an object's kind. Where the object names no group, the core
// group is preferred, then any single one.
func (e *Engine) kindOf(o labs.Object) (Kind, error) {
	var found []Kind
	for _, k := range e.kinds {
		if k.Kind != o.Kind || o.Group != "" && k.Group != o.Group {
			continue
		}
		if k.Group == "" {
			return k, nil
		}
		found = append(found, k)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Kind{}, fmt.Errorf("the cluster serves no kind %q", o.Kind)
	}
	return Kind{}, fmt.Errorf("kind %q is served by %s and %s: write Kind.group", o.Kind, found[0].Group, found[1].Group)
}

// resource is the client for an object's kind and namespace.
func (e *Engine) resource(k Kind, namespace string) dynamic.ResourceInterface {
	r := e.client.Resource(k.GroupVersionResource)
	if k.Namespaced {
		return r.Namespace(namespace)
	}
	return r
}

// resourceOf is the client for an object as written in a manifest; the
// version is the object's own.
func (e *Engine) resourceOf(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	gvk := o.GroupVersionKind()
	for _, k := range e.kinds {
		if k.Kind == gvk.Kind && k.Group == gvk.Group {
			k.Version = gvk.Version
			return e.resource(k, o.GetNamespace()), nil
		}
	}
	return nil, fmt.Errorf("the cluster serves no kind %s in %s", gvk.Kind, gvk.GroupVersion())
}

// resourceNamed is the client for an object that is only named.
func (e *Engine) resourceNamed(o labs.Object) (dynamic.ResourceInterface, error) {
	k, err := e.kindOf(o)
	if err != nil {
		return nil, err
	}
	return e.resource(k, o.Namespace), nil
}

// until calls f until it says done, an error, or ctx ends. What is the thing
// waited for, by name.
func (e *Engine) until(ctx context.Context, what string, f func() (bool, error)) error {
	for {
		done, err := f()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		case <-time.After(e.poll):
		}
	}
}
