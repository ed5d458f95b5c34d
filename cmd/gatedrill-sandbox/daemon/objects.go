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

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/network"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/node"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/resolver"
)

// poll is how often the daemon asks while it waits.
const poll = 20 * time.Millisecond

// namespaces makes those that are there from the start.
func namespaces(ctx context.Context, client kubernetes.Interface) error {
	for _, name := range []string{"istio-system", resolver.ZoneNamespace} {
		n := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if _, err := client.CoreV1().Namespaces().Create(ctx, n, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("make namespace %s: %w", name, err)
		}
	}
	return nil
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
	const namespace, name = "kube-system", "kube-dns"
	udp, tcp, port := corev1.ProtocolUDP, corev1.ProtocolTCP, int32(53)
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: name}}
	s.Spec.ClusterIP = network.DNSIP
	s.Spec.Ports = []corev1.ServicePort{
		{Name: "dns", Port: port, Protocol: udp, TargetPort: intstr.FromInt32(port)},
		{Name: "dns-tcp", Port: port, Protocol: tcp, TargetPort: intstr.FromInt32(port)},
	}
	if _, err := client.CoreV1().Services(namespace).Create(ctx, s, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("make service %s: %w", name, err)
	}
	dns, dnsTCP := "dns", "dns-tcp"
	e := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: name}}}
	e.AddressType = discoveryv1.AddressTypeIPv4
	e.Endpoints = []discoveryv1.Endpoint{{Addresses: []string{network.NodeIP}}}
	e.Ports = []discoveryv1.EndpointPort{{Name: &dns, Port: &port, Protocol: &udp}, {Name: &dnsTCP, Port: &port, Protocol: &tcp}}
	if _, err := client.DiscoveryV1().EndpointSlices(namespace).Create(ctx, e, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("make the endpoints of service %s: %w", name, err)
	}
	return nil
}
