package fault

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// secret is an Opaque Secret with these files.
func secret(ns, name string, data map[string][]byte) *unstructured.Unstructured {
	enc := map[string]any{}
	for k, v := range data {
		enc[k] = base64.StdEncoding.EncodeToString(v)
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": name, "namespace": ns},
		"type": "Opaque", "data": enc,
	}}
}

// secretData are the files that a Secret holds.
func secretData(o *unstructured.Unstructured) (map[string][]byte, error) {
	m, _, err := unstructured.NestedStringMap(o.Object, "data")
	if err != nil {
		return nil, fmt.Errorf("read Secret %s/%s: %w", o.GetNamespace(), o.GetName(), err)
	}
	out := map[string][]byte{}
	for k, v := range m {
		b, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return nil, fmt.Errorf("read Secret %s/%s: %s: %w", o.GetNamespace(), o.GetName(), k, err)
		}
		out[k] = b
	}
	return out, nil
}

// exactly writes a Secret that then holds o's keys and no others. To apply it
// would not do: a key that a learner or a reset has written stays then.
func exactly(ctx context.Context, r dynamic.ResourceInterface, o, have *unstructured.Unstructured) error {
	if have == nil {
		_, err := r.Apply(ctx, o.GetName(), o, metav1.ApplyOptions{FieldManager: manager, Force: true})
		return err
	}
	want, _, _ := unstructured.NestedMap(o.Object, "data")
	held, _, _ := unstructured.NestedMap(have.Object, "data")
	for key := range held {
		if _, keep := want[key]; !keep {
			want[key] = nil // deleted, by RFC 7396
		}
	}
	o.Object["data"] = want
	text, err := json.Marshal(o.Object)
	if err != nil {
		return err
	}
	_, err = r.Patch(ctx, o.GetName(), types.MergePatchType, text, metav1.PatchOptions{FieldManager: manager})
	return err
}
