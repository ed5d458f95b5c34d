package fault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
)

// Survey is what a cluster held at a moment, but for what gatedrill made: a
// digest of each object that people configure. It says what changed without
// keeping anything of it, so that nobody's Secret is.
type Survey struct {
	Objects map[string]string `json:"objects"`          // by "resource.group/namespace/name"
	Unseen  []string          `json:"unseen,omitempty"` // "resource.group" of kinds that we may not list
}

// Survey looks at the whole cluster, as far as one may. Secrets and ConfigMaps
// are only looked at beside Istio: nobody else's are our business.
func (e *Engine) Survey(ctx context.Context) (Survey, error) {
	s := Survey{Objects: map[string]string{}}
	ours, err := e.marked(ctx)
	if err != nil {
		return s, err
	}
	var mu sync.Mutex
	err = each(e.picturedKinds(), func(k Kind) error {
		list, err := e.everywhere(ctx, k)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case apierrors.IsForbidden(err):
			s.Unseen = append(s.Unseen, k.Resource+"."+k.Group)
			return nil
		case apierrors.IsNotFound(err), apierrors.IsMethodNotSupported(err):
			return nil
		case err != nil:
			return fmt.Errorf("list %s: %w", k.Kind, err)
		}
		for _, o := range list {
			ns := o.GetNamespace()
			if k.Kind == "Namespace" {
				ns = o.GetName()
			}
			if ours[ns] || o.GetLabels()[Label] != "" || o.GetDeletionTimestamp() != nil || !configured(k, ns, &o) {
				continue
			}
			s.Objects[keyOf(k, &o)] = digest(o.Object)
		}
		return nil
	})
	slices.Sort(s.Unseen)
	return s, err
}

// everywhere lists a kind in the whole cluster, else beside Istio.
func (e *Engine) everywhere(ctx context.Context, k Kind) ([]unstructured.Unstructured, error) {
	r := e.client.Resource(k.GroupVersionResource)
	if !k.Namespaced || k.Kind != "Secret" && k.Kind != "ConfigMap" {
		list, err := r.List(ctx, metav1.ListOptions{})
		if err == nil {
			return list.Items, nil
		}
		if !k.Namespaced || !apierrors.IsForbidden(err) {
			return nil, err
		}
	}
	list, err := r.Namespace(istioSystem).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// marked are the namespaces that gatedrill made.
func (e *Engine) marked(ctx context.Context) (map[string]bool, error) {
	k, err := e.kindOf(labs.Object{Kind: "Namespace"})
	if err != nil {
		return nil, err
	}
	list, err := e.client.Resource(k.GroupVersionResource).List(ctx, metav1.ListOptions{LabelSelector: Label})
	if err != nil {
		return nil, fmt.Errorf("list our namespaces: %w", err)
	}
	out := map[string]bool{}
	for _, o := range list.Items {
		out[o.GetName()] = true
	}
	return out, nil
}

func digest(o map[string]any) string {
	text, err := json.Marshal(normalised(o))
	if err != nil {
		return "" // it came as JSON
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// Changes says how a later survey differs, one line an object. Kinds that
// either survey did not see are left out.
func (s Survey) Changes(now Survey) []string {
	unseen := func(key string) bool {
		kind, _, _ := strings.Cut(key, "/")
		return slices.Contains(s.Unseen, kind) || slices.Contains(now.Unseen, kind)
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(now.Objects)) {
		switch was, ok := s.Objects[k]; {
		case unseen(k):
		case !ok:
			out = append(out, "new: "+k)
		case was != now.Objects[k]:
			out = append(out, "changed: "+k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(s.Objects)) {
		if _, ok := now.Objects[k]; !ok && !unseen(k) {
			out = append(out, "gone: "+k)
		}
	}
	return out
}
