package fault

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// The pictures a lab keeps. World was taken before the lab touched anything,
// Base when its healthy base was in.
const (
	PictureWorld = "world"
	PictureBase  = "base"
	// PictureBroken is kept while a lab is proved: each attempt at it starts there.
	PictureBroken = "broken"
)

// picture is every object that a lab or a learner may have changed, by
// "resource.group/namespace/name", normalised: without what the API server
// and controllers write.
type picture map[string]map[string]any

// derived are kinds that controllers make from others, or that say nothing
// about how the cluster is configured.
var derived = []string{"Event", "Endpoints", "EndpointSlice", "ReplicaSet", "ControllerRevision", "Node", "Lease",
	"ComponentStatus", "PersistentVolume", "Binding", "CertificateSigningRequest"}

// groups are the API groups that pictures cover; a dot in front means all
// groups that end so.
var groups = []string{"", "apps", "networking.k8s.io", "gateway.networking.k8s.io", ".istio.io"}

// pictured says whether objects of a kind belong into a picture.
func pictured(k Kind) bool {
	if slices.Contains(derived, k.Kind) || !k.Namespaced && k.Kind != "Namespace" && k.Group != "gateway.networking.k8s.io" {
		return false
	}
	return slices.ContainsFunc(groups, func(g string) bool {
		return k.Group == g || strings.HasPrefix(g, ".") && strings.HasSuffix(k.Group, g)
	})
}

// picturedKinds are the kinds whose objects belong into a picture.
func (e *Engine) picturedKinds() []Kind {
	var out []Kind
	for _, k := range e.kinds {
		if pictured(k) {
			out = append(out, k)
		}
	}
	return out
}

// take lists and normalises the objects of all kinds.
func (e *Engine) take(ctx context.Context) (picture, error) { return e.takeOf(ctx, e.picturedKinds()) }

// takeOf lists and normalises the objects of some kinds.
func (e *Engine) takeOf(ctx context.Context, kinds []Kind) (picture, error) {
	ours, err := e.scopeNamespaces(ctx)
	if err != nil {
		return nil, err
	}
	parts := make([]picture, len(kinds))
	index := make([]int, len(kinds))
	for i := range index {
		index[i] = i
	}
	err = each(index, func(i int) error {
		list, err := e.list(ctx, kinds[i], ours)
		if apierrors.IsNotFound(err) || apierrors.IsMethodNotSupported(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list %s: %w", kinds[i].Kind, err)
		}
		parts[i] = picture{}
		for _, o := range list {
			if e.covers(kinds[i], &o) {
				parts[i][keyOf(kinds[i], &o)] = normalised(o.Object)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := picture{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	all.dropLeaving()
	return all, nil
}

// covers says whether an object belongs into a picture.
func (e *Engine) covers(k Kind, o *unstructured.Unstructured) bool {
	ns := o.GetNamespace()
	if k.Kind == "Namespace" {
		ns = o.GetName()
	}
	if e.scope != nil && (!slices.Contains(e.scope, ns) || k.Kind == "Namespace" && ns == istioSystem) {
		return false
	}
	return ns != Namespace && configured(k, ns, o)
}

// configured says whether an object is one that people configure, and not the
// cluster's own.
func configured(k Kind, ns string, o *unstructured.Unstructured) bool {
	if strings.HasPrefix(ns, "kube-") {
		return false
	}
	if len(o.GetOwnerReferences()) > 0 {
		return false
	}
	notes := o.GetAnnotations()
	switch k.Kind {
	case "ConfigMap":
		_, elects := notes["control-plane.alpha.kubernetes.io/leader"]
		return !elects && o.GetName() != "kube-root-ca.crt" && !strings.HasPrefix(o.GetName(), "istio-ca-")
	case "ServiceAccount":
		return o.GetName() != "default"
	case "Secret":
		return o.Object["type"] != "kubernetes.io/service-account-token"
	case "GatewayClass":
		return false
	}
	return true
}

func keyOf(k Kind, o *unstructured.Unstructured) string {
	return k.keys() + o.GetNamespace() + "/" + o.GetName()
}

// keys begins the keys of objects of the kind.
func (k Kind) keys() string { return k.Resource + "." + k.Group + "/" }

// has says whether a key is an object's of the kind.
func (k Kind) has(key string) bool { return strings.HasPrefix(key, k.keys()) }

// leaving marks an object that is being deleted.
const leaving = "leaving"

// dropLeaving drops namespaces that are being deleted, and what is in them.
func (p picture) dropLeaving() {
	gone := map[string]bool{}
	for k, o := range p {
		if o[leaving] == true && o["kind"] == "Namespace" {
			gone[(&unstructured.Unstructured{Object: o}).GetName()] = true
			delete(p, k)
		}
	}
	for k, o := range p {
		if gone[(&unstructured.Unstructured{Object: o}).GetNamespace()] {
			delete(p, k)
		}
	}
}

// normalised returns a copy without what changes by itself.
func normalised(o map[string]any) map[string]any {
	n := (&unstructured.Unstructured{Object: o}).DeepCopy()
	if n.GetDeletionTimestamp() != nil {
		n.Object[leaving] = true
	}
	delete(n.Object, "status")
	for _, f := range []string{"resourceVersion", "uid", "generation", "creationTimestamp", "managedFields", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"} {
		unstructured.RemoveNestedField(n.Object, "metadata", f)
	}
	dropNote(n.Object, "deployment.kubernetes.io/revision", "metadata", "annotations")
	dropNote(n.Object, "kubectl.kubernetes.io/last-applied-configuration", "metadata", "annotations")
	dropNote(n.Object, "kubectl.kubernetes.io/restartedAt", "spec", "template", "metadata", "annotations")
	if labels, found, _ := unstructured.NestedMap(n.Object, "metadata", "labels"); found && len(labels) == 0 {
		unstructured.RemoveNestedField(n.Object, "metadata", "labels")
	}
	if n.GetKind() == "Namespace" {
		unstructured.RemoveNestedField(n.Object, "spec")
	}
	return n.Object
}

// dropNote removes an annotation, and the map when nothing is left in it.
func dropNote(o map[string]any, note string, path ...string) {
	m, found, _ := unstructured.NestedMap(o, path...)
	if !found {
		return
	}
	delete(m, note)
	if len(m) == 0 {
		unstructured.RemoveNestedField(o, path...)
		return
	}
	if err := unstructured.SetNestedMap(o, m, path...); err != nil {
		panic(err) // the path was found above
	}
}

// difference is what has to happen to now so that it equals p.
type difference struct {
	extra, missing, changed []string
}

func (d difference) empty() bool { return len(d.extra)+len(d.missing)+len(d.changed) == 0 }

// String lists the objects, for errors.
func (d difference) String() string {
	var out []string
	for _, part := range []struct {
		words string
		keys  []string
	}{{"left over", d.extra}, {"missing", d.missing}, {"changed", d.changed}} {
		if len(part.keys) > 0 {
			out = append(out, part.words+": "+strings.Join(part.keys, ", "))
		}
	}
	return strings.Join(out, "; ")
}

func (p picture) compare(now picture) difference {
	var d difference
	for _, k := range slices.Sorted(maps.Keys(now)) {
		want, ok := p[k]
		switch {
		case !ok:
			d.extra = append(d.extra, k)
		case !reflect.DeepEqual(want, now[k]):
			d.changed = append(d.changed, k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(p)) {
		if _, ok := now[k]; !ok {
			d.missing = append(d.missing, k)
		}
	}
	return d
}
