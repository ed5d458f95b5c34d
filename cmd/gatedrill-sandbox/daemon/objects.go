package daemon

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/controlplane"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/network"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/node"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// poll is how often the daemon asks while it waits.
const poll = 20 * time.Millisecond

// early makes the objects that pods need from their first moment.
func early(ctx context.Context, client kubernetes.Interface) error {
	for _, name := range []string{"default", "kube-system", "istio-system", snapshot.ZoneNamespace} {
		n := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		_, err := client.CoreV1().Namespaces().Create(ctx, n, metav1.CreateOptions{})
		if err := made("namespace "+name, err); err != nil {
			return err
		}
	}
	if err := nameAPI(ctx, client); err != nil {
		return err
	}
	return nameDNS(ctx, client)
}

// made says why an object is not there.
func made(what string, err error) error {
	if err == nil || apierrors.IsAlreadyExists(err) {
		return nil
	}
	return fmt.Errorf("make %s: %w", what, err)
}

// nameAPI makes the Service default/kubernetes, exactly as the API server will
// a second later, when its slowest hook has run. A pod that starts before has no
// KUBERNETES_SERVICE_HOST and never finds the API.
func nameAPI(ctx context.Context, client kubernetes.Interface) error {
	const namespace, name = "default", "kubernetes"
	port, target := int32(443), int32(controlplane.APIPort)
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"component": "apiserver", "provider": name}}}
	s.Spec.ClusterIP = apiServiceIP
	s.Spec.Ports = []corev1.ServicePort{{Name: "https", Port: port, TargetPort: intstr.FromInt32(target)}}
	if err := makeService(ctx, client, namespace, s); err != nil {
		return err
	}
	return endpoints(ctx, client, namespace, name, map[string]int32{"https": target}, corev1.ProtocolTCP)
}

// makeService looks first: making one again is not refused as existing, but
// because its address is taken.
func makeService(ctx context.Context, client kubernetes.Interface, namespace string, s *corev1.Service) error {
	_, err := client.CoreV1().Services(namespace).Get(ctx, s.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		_, err = client.CoreV1().Services(namespace).Create(ctx, s, metav1.CreateOptions{})
	}
	return made("service "+s.Name, err)
}

// endpoints puts the node's own address behind a Service.
func endpoints(ctx context.Context, client kubernetes.Interface, namespace, service string, ports map[string]int32, proto corev1.Protocol) error {
	ready := true
	e := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: service, Labels: map[string]string{discoveryv1.LabelServiceName: service}}}
	e.AddressType = discoveryv1.AddressTypeIPv4
	e.Endpoints = []discoveryv1.Endpoint{{Addresses: []string{network.NodeIP}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}}}
	for name, port := range ports {
		e.Ports = append(e.Ports, discoveryv1.EndpointPort{Name: &name, Port: &port, Protocol: &proto})
	}
	_, err := client.DiscoveryV1().EndpointSlices(namespace).Create(ctx, e, metav1.CreateOptions{})
	return made("the endpoints of service "+service, err)
}

// nodeReady waits until pods can be put on the node.
func nodeReady(ctx context.Context, client kubernetes.Interface) error {
	t := time.NewTicker(poll)
	defer t.Stop()
	began := time.Now()
	for {
		n, err := client.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{})
		if err == nil {
			for _, c := range n.Status.Conditions {
				// With kept data the condition may be the last run's.
				if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue && !c.LastHeartbeatTime.Time.Before(began.Truncate(time.Second)) {
					return nil
				}
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the node: %w", ctx.Err())
		case <-t.C:
		}
	}
}

// nameDNS shows the resolver as the Service that every cluster has, and so
// reserves its address. Its rules are not needed: the address is the node's own.
func nameDNS(ctx context.Context, client kubernetes.Interface) error {
	const namespace, name, port = "kube-system", "kube-dns", 53
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: name}}
	s.Spec.ClusterIP = network.DNSIP
	s.Spec.Ports = []corev1.ServicePort{
		{Name: "dns", Port: port, Protocol: corev1.ProtocolUDP, TargetPort: intstr.FromInt32(port)},
		{Name: "dns-tcp", Port: port, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromInt32(port)},
	}
	if err := makeService(ctx, client, namespace, s); err != nil {
		return err
	}
	return endpoints(ctx, client, namespace, name, map[string]int32{"dns-tcp": port}, corev1.ProtocolTCP)
}
