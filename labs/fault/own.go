package fault

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// secrets are those in gatedrill's own namespace.
func (e *Engine) secrets() dynamic.ResourceInterface {
	return e.client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "secrets"}).Namespace(Namespace)
}

// configMaps are those in gatedrill's own namespace.
func (e *Engine) configMaps() dynamic.ResourceInterface {
	return e.client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(Namespace)
}

// files are those of a Secret of ours.
func (e *Engine) files(ctx context.Context, name string) (map[string][]byte, error) {
	o, err := e.secrets().Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	return secretData(o)
}

// firstFiles are those of a Secret of ours, which are made when they are first
// needed: then fresh is true.
func (e *Engine) firstFiles(ctx context.Context, name string, produce func() (map[string][]byte, error)) (files map[string][]byte, fresh bool, err error) {
	files, err = e.files(ctx, name)
	if !apierrors.IsNotFound(err) {
		return files, false, err
	}
	if files, err = produce(); err != nil {
		return nil, false, err
	}
	_, err = e.secrets().Create(ctx, secret(Namespace, name, files), metav1.CreateOptions{FieldManager: manager})
	if apierrors.IsAlreadyExists(err) { // another program was quicker
		files, err = e.files(ctx, name)
		return files, false, err
	}
	return files, true, err
}

// note writes texts into a ConfigMap of ours, in the place of those that the
// same field manager wrote.
func (e *Engine) note(ctx context.Context, name, manager string, texts map[string]any) error {
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name, "namespace": Namespace},
		"data": texts,
	}}
	_, err := e.configMaps().Apply(ctx, name, o, metav1.ApplyOptions{FieldManager: manager, Force: true})
	return err
}
