package fault

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// keep stores a picture in the cluster.
func (e *Engine) keep(ctx context.Context, name string, p picture) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(p); err != nil {
		return fmt.Errorf("pack picture %q: %w", name, err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("pack picture %q: %w", name, err)
	}
	o := secret(Namespace, "picture-"+name, map[string][]byte{"objects": b.Bytes()})
	if _, err := e.secrets().Apply(ctx, o.GetName(), o, metav1.ApplyOptions{FieldManager: manager, Force: true}); err != nil {
		return fmt.Errorf("keep picture %q: %w", name, err)
	}
	return nil
}

// kept reads a picture back.
func (e *Engine) kept(ctx context.Context, name string) (picture, error) {
	data, err := e.files(ctx, "picture-"+name)
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("%w: Secret %s/picture-%s", ErrForgotten, Namespace, name)
	}
	if err != nil {
		return nil, fmt.Errorf("find the picture taken before the lab: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data["objects"]))
	if err != nil {
		return nil, fmt.Errorf("unpack picture %q: %w", name, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack picture %q: %w", name, err)
	}
	list := map[string]*unstructured.Unstructured{}
	if err := json.Unmarshal(text, &list); err != nil { // keeps integers integers
		return nil, fmt.Errorf("unpack picture %q: %w", name, err)
	}
	p := picture{}
	for k, o := range list {
		p[k] = o.Object
	}
	return p, nil
}
