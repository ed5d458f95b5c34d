package fault

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs/certs"
)

// authority returns a CA, made and stored when it is first needed.
func (e *Engine) authority(ctx context.Context, name string) (*certs.CA, error) {
	files, fresh, err := e.firstFiles(ctx, caSecret+name, func() (map[string][]byte, error) {
		ca, err := certs.NewCA(name, e.now())
		if err != nil {
			return nil, err
		}
		return ca.Files()
	})
	if err != nil {
		return nil, fmt.Errorf("keep CA %q: %w", name, err)
	}
	ca, err := certs.Parse(name, files)
	if err == nil && fresh {
		err = e.publish(ctx, ca)
	}
	return ca, err
}

// publish adds a CA's root to what observers and learners may trust, by a
// manager of its own for each: it would take the others' away.
func (e *Engine) publish(ctx context.Context, ca *certs.CA) error {
	if err := e.note(ctx, TrustMap, manager+"-"+ca.Name, map[string]any{ca.Name: string(ca.Root())}); err != nil {
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
	o, err := e.configMaps().Get(ctx, TrustMap, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the CAs: %w", err)
	}
	m, _, err := unstructured.NestedStringMap(o.Object, "data")
	return m, err
}
