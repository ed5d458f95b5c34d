package install

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// fieldManager owns what is installed.
const fieldManager = "gatedrill-install"

// record is the ConfigMap that remembers what was applied.
const record = "gatedrill-installed"

// client applies objects without asking the API for its kinds: while the
// definitions are being served for the first time, discovery is the slowest
// thing to ask, and the kinds of the manifests are known.
type client struct {
	dyn  dynamic.Interface
	http *http.Client // for what is no object: logs
	base string
}

func newClient(cfg *rest.Config) (*client, error) {
	cfg = rest.CopyConfig(cfg)
	cfg.QPS, cfg.Burst = 500, 500
	d, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make an API client: %w", err)
	}
	hc, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("make an API client: %w", err)
	}
	base, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("make an API client: %w", err)
	}
	return &client{dyn: d, http: hc, base: strings.TrimSuffix(base.String(), "/")}, nil
}

// kinds maps every kind of the manifests to its resource.
func kinds(kind string) (r schema.GroupVersionResource, namespaced, known bool) {
	gvr := func(g, v, r string) schema.GroupVersionResource {
		return schema.GroupVersionResource{Group: g, Version: v, Resource: r}
	}
	switch kind {
	case "Namespace":
		return gvr("", "v1", "namespaces"), false, true
	case "CustomResourceDefinition":
		return gvr("apiextensions.k8s.io", "v1", "customresourcedefinitions"), false, true
	case "ServiceAccount":
		return gvr("", "v1", "serviceaccounts"), true, true
	case "ConfigMap":
		return gvr("", "v1", "configmaps"), true, true
	case "Service":
		return gvr("", "v1", "services"), true, true
	case "Pod":
		return gvr("", "v1", "pods"), true, true
	case "Deployment":
		return gvr("apps", "v1", "deployments"), true, true
	case "ClusterRole":
		return gvr("rbac.authorization.k8s.io", "v1", "clusterroles"), false, true
	case "ClusterRoleBinding":
		return gvr("rbac.authorization.k8s.io", "v1", "clusterrolebindings"), false, true
	case "Role":
		return gvr("rbac.authorization.k8s.io", "v1", "roles"), true, true
	case "RoleBinding":
		return gvr("rbac.authorization.k8s.io", "v1", "rolebindings"), true, true
	case "MutatingWebhookConfiguration":
		return gvr("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations"), false, true
	case "ValidatingWebhookConfiguration":
		return gvr("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations"), false, true
	}
	return schema.GroupVersionResource{}, false, false
}

func (c *client) resource(kind, namespace string) (dynamic.ResourceInterface, error) {
	r, namespaced, ok := kinds(kind)
	if !ok {
		return nil, fmt.Errorf("kind %q is not one of the manifests' kinds", kind)
	}
	if namespaced {
		return c.dyn.Resource(r).Namespace(namespace), nil
	}
	return c.dyn.Resource(r), nil
}

// applyAll applies the objects at once, Deployments after the rest: their
// pods need the service accounts and ConfigMaps.
func (c *client) applyAll(ctx context.Context, objs []*unstructured.Unstructured) error {
	var first, last []*unstructured.Unstructured
	for _, u := range objs {
		if u.GetKind() == "Deployment" {
			last = append(last, u)
		} else {
			first = append(first, u)
		}
	}
	if err := c.applyParallel(ctx, first); err != nil {
		return err
	}
	return c.applyParallel(ctx, last)
}

// parallel is how many objects are on their way to the API at a time.
const parallel = 8

func (c *client) applyParallel(ctx context.Context, objs []*unstructured.Unstructured) error {
	errs := make([]error, len(objs))
	slots := make(chan struct{}, parallel)
	var wg sync.WaitGroup
	for i, u := range objs {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = c.apply(ctx, u)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (c *client) apply(ctx context.Context, u *unstructured.Unstructured) error {
	ri, err := c.resource(u.GetKind(), u.GetNamespace())
	if err != nil {
		return err
	}
	err = retry(ctx, nil, func() error {
		_, err := ri.Apply(ctx, u.GetName(), u, metav1.ApplyOptions{FieldManager: fieldManager, Force: true})
		return err
	})
	if err != nil {
		return fmt.Errorf("apply %s %s/%s: %w", u.GetKind(), u.GetNamespace(), u.GetName(), err)
	}
	return nil
}

// current says whether the cluster holds the set already: it says so itself,
// and the Deployments are still there.
func (c *client) current(ctx context.Context, s *set) (bool, error) {
	u, err := c.get(ctx, "ConfigMap", record)
	if err != nil || u == nil {
		return false, err
	}
	if h, _, _ := unstructured.NestedString(u.Object, "data", "hash"); h != s.hash {
		return false, nil
	}
	for _, name := range []string{"istiod", "istio-ingressgateway"} {
		if u, err := c.get(ctx, "Deployment", name); err != nil || u == nil {
			return false, err
		}
	}
	return true, nil
}

func (c *client) remember(ctx context.Context, s *set) error {
	return c.apply(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": record, "namespace": Namespace},
		"data":     map[string]any{"hash": s.hash},
	}})
}

// get returns an object of Istio's namespace, nil when there is none.
func (c *client) get(ctx context.Context, kind, name string) (*unstructured.Unstructured, error) {
	ri, err := c.resource(kind, Namespace)
	if err != nil {
		return nil, err
	}
	var u *unstructured.Unstructured
	err = retry(ctx, nil, func() (err error) {
		u, err = ri.Get(ctx, name, metav1.GetOptions{})
		return err
	})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get %s %s/%s: %w", kind, Namespace, name, err)
	}
	return u, nil
}
