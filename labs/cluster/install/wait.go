package install

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// Label selectors of the pods that are waited for.
const (
	istiodPods  = "app=istiod"
	ingressPods = "istio=ingressgateway"
	egressPods  = "istio=egressgateway"
)

type objects map[string]*unstructured.Unstructured

// await follows a list by watch until done says so. It returns the last
// state seen, nil when nothing was, with why it ended. While the API server
// is away say is told so.
func await(ctx context.Context, ri dynamic.ResourceInterface, o metav1.ListOptions, say func(error), done func(objects) bool) (seen objects, err error) {
	for {
		var list *unstructured.UnstructuredList
		err := retry(ctx, say, func() (err error) {
			list, err = ri.List(ctx, o)
			return err
		})
		if err != nil {
			return seen, err
		}
		seen = objects{}
		for i := range list.Items {
			seen[list.Items[i].GetName()] = &list.Items[i]
		}
		if done(seen) {
			return seen, nil
		}
		wo := o
		wo.ResourceVersion = list.GetResourceVersion()
		w, err := ri.Watch(ctx, wo)
		if err != nil {
			if !transient(err) && !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err) || !pause(ctx) {
				return seen, err
			}
			continue
		}
		ok, err := follow(ctx, w, seen, done)
		w.Stop()
		if ok || err != nil {
			return seen, err
		}
	}
}

// follow applies events to seen. It returns false when the watch ended and
// the list must be read again.
func follow(ctx context.Context, w watch.Interface, seen objects, done func(objects) bool) (bool, error) {
	for {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case e, open := <-w.ResultChan():
			u, isObject := e.Object.(*unstructured.Unstructured)
			if !open || !isObject || e.Type == watch.Error {
				return false, ctx.Err()
			}
			if e.Type == watch.Deleted {
				delete(seen, u.GetName())
			} else {
				seen[u.GetName()] = u
			}
			if done(seen) {
				return true, nil
			}
		}
	}
}

// exists waits for one object.
func (c *client) exists(ctx context.Context, kind, namespace, name string) error {
	ri, err := c.resource(kind, namespace)
	if err != nil {
		return err
	}
	_, err = await(ctx, ri, metav1.ListOptions{FieldSelector: "metadata.name=" + name}, nil,
		func(o objects) bool { return o[name] != nil })
	return err
}

// established waits until the API serves every definition.
func (c *client) established(ctx context.Context, crds []*unstructured.Unstructured) error {
	ri, err := c.resource("CustomResourceDefinition", "")
	if err != nil {
		return err
	}
	missing := func(seen objects) []string {
		var names []string
		for _, crd := range crds {
			u := seen[crd.GetName()]
			if u == nil || condition(u, "Established") != "True" {
				names = append(names, crd.GetName())
			}
		}
		return names
	}
	seen, err := await(ctx, ri, metav1.ListOptions{}, nil, func(o objects) bool { return len(missing(o)) == 0 })
	if err != nil && seen == nil {
		return fmt.Errorf("wait for definitions: list them: %w", cause(ctx, err))
	}
	if err != nil {
		return fmt.Errorf("wait for definitions %s: %w", strings.Join(missing(seen), ", "), cause(ctx, err))
	}
	return nil
}

// podsReady waits until one of the pods is ready. Pods whose containers run
// since before the given time are not believed.
func (c *client) podsReady(ctx context.Context, selector string, since time.Time, r *reporter) error {
	ri, err := c.resource("Pod", Namespace)
	if err != nil {
		return err
	}
	say := teller(r)
	seen, err := await(ctx, ri, metav1.ListOptions{LabelSelector: selector}, r.trouble, func(o objects) bool {
		for _, u := range o {
			if ready(u, since) {
				return true
			}
		}
		say(o)
		return false
	})
	if err != nil && seen == nil {
		return fmt.Errorf("wait for a ready pod %s in %s: list them: %w", selector, Namespace, cause(ctx, err))
	}
	if err != nil {
		return fmt.Errorf("wait for a ready pod %s in %s: %s: %w", selector, Namespace, c.detailed(seen), cause(ctx, err))
	}
	return nil
}

// tell reports how pods are, until ctx ends.
func (c *client) tell(ctx context.Context, selector string, r *reporter) {
	ri, err := c.resource("Pod", Namespace)
	if err != nil {
		return
	}
	say := teller(r)
	_, _ = await(ctx, ri, metav1.ListOptions{LabelSelector: selector}, r.trouble, func(o objects) bool {
		say(o)
		return false
	})
}

// teller reports pods in words whenever the words change.
func teller(r *reporter) func(objects) {
	return func(o objects) {
		if words := describe(o); words != r.said {
			r.patience.hear(words, pulling(o))
			r.waiting(words)
		}
	}
}

// cause is why a context ended, when that is why a wait did and the error does
// not say more than that.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil && !errors.Is(err, why) {
		return why
	}
	return err
}

// pods describes pods as they are now, for an error that came when the
// context was over.
func (c *client) pods(selector string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	ri, err := c.resource("Pod", Namespace)
	if err != nil {
		return err.Error()
	}
	list, err := ri.List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return err.Error()
	}
	seen := objects{}
	for i := range list.Items {
		seen[list.Items[i].GetName()] = &list.Items[i]
	}
	return c.detailed(seen)
}

// ready says whether a pod is ready now. Times in the API have no parts of a
// second, so a container that was started in the same second counts.
func ready(u *unstructured.Unstructured, since time.Time) bool {
	if condition(u, "Ready") != "True" || u.GetDeletionTimestamp() != nil {
		return false
	}
	for _, c := range containers(u) {
		text, _, _ := unstructured.NestedString(c, "state", "running", "startedAt")
		at, err := time.Parse(time.RFC3339, text)
		if err != nil || at.Before(since.Truncate(time.Second)) {
			return false
		}
	}
	return true
}
