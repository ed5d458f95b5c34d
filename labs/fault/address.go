package fault

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// addressWithin bounds the wait for a Service's address.
const addressWithin = 60 * time.Second

// GatewayAddress is the address by which a lab's clients know its gateway:
// that of the gateway's Service, or, where a fault took it away, the one to
// which the public zone still leads the main request.
func (e *Engine) GatewayAddress(ctx context.Context, lab *labs.Lab) (string, error) {
	service := gatewayOf(lab)
	if a, err := e.addressNow(ctx, service); a != "" || err != nil {
		return a, err
	}
	if a, err := e.published(ctx, lab.Main()); a != "" || err != nil {
		return a, err
	}
	return e.Address(ctx, service)
}

// Address waits for the load balancer's address of a Service (ns/name).
func (e *Engine) Address(ctx context.Context, service string) (address string, err error) {
	ctx, cancel := context.WithTimeout(ctx, addressWithin)
	defer cancel()
	err = e.until(ctx, "the address of Service "+service, func() (bool, error) {
		address, err = e.addressNow(ctx, service)
		return address != "", err
	})
	if err != nil {
		return "", fmt.Errorf("find the gateway: %w", err)
	}
	return address, nil
}

// addressNow is the load balancer's address of a Service, "" while it has
// none, or there is no such Service.
func (e *Engine) addressNow(ctx context.Context, service string) (string, error) {
	ns, name, _ := strings.Cut(service, "/")
	r, err := e.resourceNamed(labs.Object{Kind: "Service", Namespace: ns})
	if err != nil {
		return "", err
	}
	o, err := r.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", nil // it may still be made
	}
	if err != nil {
		return "", fmt.Errorf("look at Service %s: %w", service, err)
	}
	for _, a := range cluster.LoadBalanced(o) {
		return a.String(), nil
	}
	return "", nil
}

// published is the address that the host of a request has in the public zone,
// "" for none. A line of the zone that cannot be read is no record.
func (e *Engine) published(ctx context.Context, request labs.Request) (string, error) {
	u, err := url.Parse(request.URL)
	if err != nil {
		return "", fmt.Errorf("read URL %q: %w", request.URL, err)
	}
	r, err := e.resourceNamed(labs.Object{Kind: "ConfigMap", Namespace: snapshot.ZoneNamespace})
	if err != nil {
		return "", err
	}
	o, err := r.Get(ctx, snapshot.ZoneName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look at the public zone: %w", err)
	}
	text, _, _ := unstructured.NestedString(o.Object, "data", snapshot.ZoneKey)
	zone, _ := snapshot.ParseZone(text)
	for _, a := range snapshot.Resolve(zone, u.Hostname()) {
		return a, nil
	}
	return "", nil
}
