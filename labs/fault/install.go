package fault

import (
	"context"
	"crypto/tls"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gatedrill/gatedrill/labs"
)

// Keep takes the picture that Sweep goes back to.
func (e *Engine) Keep(ctx context.Context, name string) error {
	if err := e.ownNamespace(ctx); err != nil {
		return err
	}
	p, err := e.take(ctx)
	if err != nil {
		return err
	}
	return e.keep(ctx, name, p)
}

// Install makes the namespaces of a change, issues certificates into them, and
// applies the rest. It waits for nothing to get ready, and takes no picture: a
// namespace of that name that is still being deleted is all it waits for.
func (e *Engine) Install(ctx context.Context, lab *labs.Lab, list []labs.Certificate, c labs.Change) error {
	if err := e.house(ctx, lab.ID, e.variables(lab), homesIn(c.Objects)); err != nil {
		return err
	}
	if err := e.certificates(ctx, lab.ID, list); err != nil {
		return err
	}
	return e.Apply(ctx, lab, c)
}

// Pair reads a certificate with its key out of a Secret, as a client that has
// it would present it.
func (e *Engine) Pair(ctx context.Context, namespace, name string) (tls.Certificate, error) {
	fail := func(err error) (tls.Certificate, error) {
		return tls.Certificate{}, fmt.Errorf("read the certificate in Secret %s/%s: %w", namespace, name, err)
	}
	r, err := e.resourceNamed(labs.Object{Kind: "Secret", Namespace: namespace})
	if err != nil {
		return fail(err)
	}
	o, err := r.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return fail(err)
	}
	data, err := secretData(o)
	if err != nil {
		return fail(err)
	}
	pair, err := tls.X509KeyPair(data["tls.crt"], data["tls.key"])
	if err != nil {
		return fail(err)
	}
	return pair, nil
}

// Exists says whether the cluster has an object.
func (e *Engine) Exists(ctx context.Context, o labs.Object) (bool, error) {
	r, err := e.resourceNamed(o)
	if err != nil {
		return false, err
	}
	_, err = r.Get(ctx, o.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for %s: %w", o, err)
	}
	return true, nil
}
