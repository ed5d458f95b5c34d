package fault

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/certs"
)

// authority returns a CA, made and stored when it is first needed.
func (e *Engine) authority(ctx context.Context, name string) (*certs.CA, error) {
	r, err := e.resourceNamed(labs.Object{Kind: "Secret", Namespace: Namespace})
	if err != nil {
		return nil, err
	}
	have, err := r.Get(ctx, caSecret+name, metav1.GetOptions{})
	if err == nil {
		files, err := secretData(have)
		if err != nil {
			return nil, err
		}
		return certs.Parse(name, files)
	}
	if !apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("look for CA %q: %w", name, err)
	}
	ca, err := certs.NewCA(name, e.now())
	if err != nil {
		return nil, err
	}
	files, err := ca.Files()
	if err != nil {
		return nil, err
	}
	if _, err := r.Create(ctx, secret(Namespace, caSecret+name, files), metav1.CreateOptions{FieldManager: manager}); err != nil {
		return nil, fmt.Errorf("keep CA %q: %w", name, err)
	}
	return ca, e.publish(ctx, ca)
}

// publish adds a CA's root to what observers and learners may trust.
func (e *Engine) publish(ctx context.Context, ca *certs.CA) error {
	r, err := e.resourceNamed(labs.Object{Kind: "ConfigMap", Namespace: Namespace})
	if err != nil {
		return err
	}
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": TrustMap, "namespace": Namespace},
		"data": map[string]any{ca.Name: string(ca.Root())},
	}}
	// A manager of its own for each CA: apply would drop the others' keys.
	if _, err := r.Apply(ctx, TrustMap, o, metav1.ApplyOptions{FieldManager: manager + "-" + ca.Name, Force: true}); err != nil {
		return fmt.Errorf("publish CA %q: %w", ca.Name, err)
	}
	return nil
}

// trusted is what Trust returns, with every named CA in it: learners may
// delete our ConfigMap, and no client would trust anybody from then on.
func (e *Engine) trusted(ctx context.Context, names []string) (map[string]string, error) {
	trust, err := e.Trust(ctx)
	if err != nil {
		return nil, err
	}
	missed := false
	for _, name := range names {
		ca, err := e.authority(ctx, name)
		if err != nil {
			return nil, err
		}
		if trust[name] == string(ca.Root()) {
			continue
		}
		missed = true
		if err := e.publish(ctx, ca); err != nil {
			return nil, err
		}
	}
	if !missed {
		return trust, nil
	}
	return e.Trust(ctx)
}

// Trust returns each CA's root certificate, PEM, by name; none before the
// first lab.
func (e *Engine) Trust(ctx context.Context) (map[string]string, error) {
	r, err := e.resourceNamed(labs.Object{Kind: "ConfigMap", Namespace: Namespace})
	if err != nil {
		return nil, err
	}
	o, err := r.Get(ctx, TrustMap, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the CAs: %w", err)
	}
	m, _, err := unstructured.NestedStringMap(o.Object, "data")
	return m, err
}
