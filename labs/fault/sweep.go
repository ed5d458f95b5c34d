package fault

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
)

// swept is the label's value of a namespace that was emptied.
const swept = "swept"

// Sweep makes the cluster equal to a picture, as Restore does, but for two
// things, for the sake of those who do it hundreds of times: it does not wait
// for what is on its way out to be gone, and it empties new namespaces in place
// of deleting them, since for each that goes the API server looks through all
// the kinds that it has.
func (e *Engine) Sweep(ctx context.Context, name string) error {
	want, err := e.kept(ctx, name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, provedWithin, fmt.Errorf("not as before after %s", provedWithin))
	defer cancel()
	touched := e.picturedKinds()
	var left difference
	err = e.until(ctx, "the objects to be as before", func() (bool, error) {
		now, err := e.takeOf(ctx, touched)
		if err != nil {
			return false, err
		}
		left = want.of(touched).compare(now.without(want))
		if left.empty() {
			return true, nil
		}
		touched = slices.DeleteFunc(touched, func(k Kind) bool { return !left.touches(k) })
		homes := slices.DeleteFunc(slices.Clone(left.extra), func(key string) bool { return now[key]["kind"] != "Namespace" })
		err = each(homes, func(key string) error { return e.empty(ctx, now[key]) })
		if err != nil {
			return false, err
		}
		left.extra = slices.DeleteFunc(left.extra, func(key string) bool { return slices.Contains(homes, key) })
		return false, e.mend(ctx, want, now, left, &Report{}, map[string]bool{})
	})
	if err != nil && !left.empty() {
		return fmt.Errorf("sweep %q: %w (%s)", name, err, left)
	}
	return err
}

// empty takes from a namespace what its labels and annotations made of it.
func (e *Engine) empty(ctx context.Context, namespace map[string]any) error {
	r, err := e.resourceNamed(labs.Object{Kind: "Namespace"})
	if err != nil {
		return err
	}
	name := (&unstructured.Unstructured{Object: namespace}).GetName()
	have, err := r.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("empty namespace %s: %w", name, err)
	}
	have.SetLabels(map[string]string{Label: swept})
	have.SetAnnotations(nil)
	if _, err := r.Update(ctx, have, metav1.UpdateOptions{FieldManager: manager}); err != nil {
		return fmt.Errorf("empty namespace %s: %w", name, err)
	}
	return nil
}

// without leaves out what a sweep to the picture want does not mind: what is on
// its way out, and namespaces that were emptied.
func (p picture) without(want picture) picture {
	out := picture{}
	for key, o := range p {
		if want[key] == nil && (o[leaving] == true || emptied(o)) {
			continue
		}
		out[key] = o
	}
	return out
}

func emptied(o map[string]any) bool {
	u := unstructured.Unstructured{Object: o}
	l := u.GetLabels()
	delete(l, corev1.LabelMetadataName) // GetLabels returns a copy
	return u.GetKind() == "Namespace" && len(l) == 1 && l[Label] == swept && len(u.GetAnnotations()) == 0
}

// of is the part of a picture that is of some kinds.
func (p picture) of(kinds []Kind) picture {
	out := picture{}
	for key, o := range p {
		if slices.ContainsFunc(kinds, func(k Kind) bool { return k.has(key) }) {
			out[key] = o
		}
	}
	return out
}

// touches says whether an object of the kind differs.
func (d difference) touches(k Kind) bool {
	return slices.ContainsFunc(slices.Concat(d.extra, d.missing, d.changed), k.has)
}
