package install

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
// state seen with ctx's error.
func await(ctx context.Context, ri dynamic.ResourceInterface, o metav1.ListOptions, done func(objects) bool) (objects, error) {
	for {
		list, err := ri.List(ctx, o)
		if err != nil {
			return nil, err
		}
		seen := objects{}
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
			return seen, err
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
	_, err = await(ctx, ri, metav1.ListOptions{FieldSelector: "metadata.name=" + name},
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
	seen, err := await(ctx, ri, metav1.ListOptions{}, func(o objects) bool { return len(missing(o)) == 0 })
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
	seen, err := await(ctx, ri, metav1.ListOptions{LabelSelector: selector}, func(o objects) bool {
		for _, u := range o {
			if ready(u, since) {
				return true
			}
		}
		say(o)
		return false
	})
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
	_, _ = await(ctx, ri, metav1.ListOptions{LabelSelector: selector}, func(o objects) bool {
		say(o)
		return false
	})
}

// teller reports pods in words whenever the words change.
func teller(r *reporter) func(objects) {
	said := ""
	return func(o objects) {
		if words := describe(o); r != nil && words != said {
			said = words
			r.waiting(words)
		}
	}
}

// cause is why a context ended, when that is why a wait did.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil {
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

// describe says in words why pods are not ready.
func describe(pods objects) string {
	var out []string
	for name, u := range pods {
		why := "starting"
		if p, _, _ := unstructured.NestedString(u.Object, "status", "phase"); p == "Pending" {
			why = "pending"
			if m := conditionMessage(u, "PodScheduled"); m != "" {
				why += ": " + m
			}
		}
		for _, c := range containers(u) {
			for _, state := range []string{"waiting", "terminated"} {
				if reason, ok, _ := unstructured.NestedString(c, "state", state, "reason"); ok {
					message, _, _ := unstructured.NestedString(c, "state", state, "message")
					why = strings.TrimSuffix(reason+": "+short(message), ": ")
				}
			}
		}
		out = append(out, name+" ("+why+")")
	}
	if len(out) == 0 {
		return "no pod yet"
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// short is the first line of a message, cut where it gets long.
func short(message string) string {
	line, _, _ := strings.Cut(message, "\n")
	if r := []rune(line); len(r) > 160 {
		return string(r[:160]) + "…"
	}
	return line
}

func containers(u *unstructured.Unstructured) []map[string]any {
	list, _, _ := unstructured.NestedSlice(u.Object, "status", "containerStatuses")
	var out []map[string]any
	for _, c := range list {
		if m, ok := c.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func condition(u *unstructured.Unstructured, kind string) string {
	s, _ := conditionOf(u, kind)["status"].(string)
	return s
}

// conditionMessage is the message of a condition that does not hold.
func conditionMessage(u *unstructured.Unstructured, kind string) string {
	c := conditionOf(u, kind)
	if c["status"] != "False" {
		return ""
	}
	m, _ := c["message"].(string)
	return short(m)
}

func conditionOf(u *unstructured.Unstructured, kind string) map[string]any {
	list, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range list {
		if m, ok := c.(map[string]any); ok && m["type"] == kind {
			return m
		}
	}
	return nil
}
