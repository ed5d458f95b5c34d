package service

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

const (
	// rest is the least time between two writes: a burst of changes is one.
	rest = 30 * time.Millisecond
	// retry is how long a failed round waits.
	retry = time.Second
)

// Controller keeps the rules and addresses in step with the API.
type Controller struct {
	Client kubernetes.Interface
	// Node, DNS and First are the node's, the resolver's and the first load
	// balancer's address.
	Node, DNS, First netip.Addr

	services corelisters.ServiceLister
	slices   discoverylisters.EndpointSliceLister
	// tables are the nftables tables by turns: the first one is in force.
	tables [2]string
}

// Run works until ctx ends. It adds its watches to f and starts it.
func (c *Controller) Run(ctx context.Context, f informers.SharedInformerFactory) error {
	c.services, c.slices = f.Core().V1().Services().Lister(), f.Discovery().V1().EndpointSlices().Lister()
	c.tables = [2]string{"gatedrill-a", "gatedrill-b"}
	changed := make(chan struct{}, 1)
	notify := func() {
		select {
		case changed <- struct{}{}:
		default: // a round is due already
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { notify() }, UpdateFunc: func(any, any) { notify() }, DeleteFunc: func(any) { notify() },
	}
	for _, i := range []cache.SharedIndexInformer{f.Core().V1().Services().Informer(), f.Discovery().V1().EndpointSlices().Informer()} {
		if _, err := i.AddEventHandler(handler); err != nil {
			return fmt.Errorf("watch services: %w", err)
		}
	}
	f.Start(ctx.Done())
	f.WaitForCacheSync(ctx.Done())
	notify()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
		pause := rest
		if err := c.round(ctx); err != nil && ctx.Err() == nil {
			klog.ErrorS(err, "services")
			pause = retry
			notify()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

func (c *Controller) round(ctx context.Context) error {
	services, err := c.services.List(labels.Everything())
	if err != nil {
		return err
	}
	slices, err := c.slices.List(labels.Everything())
	if err != nil {
		return err
	}
	// Rules first: an address that is written to a status already works when
	// the write comes back as a change.
	now, before := c.tables[1], c.tables[0]
	if err := NewPlan(services, slices, c.Node, c.DNS).Write(now, before); err != nil {
		return err
	}
	c.tables = [2]string{now, before}
	for s, a := range assign(services, c.First) {
		if err := c.give(ctx, s, a); err != nil {
			return fmt.Errorf("give %s to service %s: %w", a, name(s), err)
		}
	}
	return nil
}

func (c *Controller) give(ctx context.Context, s *corev1.Service, a netip.Addr) error {
	s = s.DeepCopy()
	mode := corev1.LoadBalancerIPModeVIP
	s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: a.String(), IPMode: &mode}}
	_, err := c.Client.CoreV1().Services(s.Namespace).UpdateStatus(ctx, s, metav1.UpdateOptions{})
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil // it changed meanwhile: its new state brings the next round
	}
	return err
}
