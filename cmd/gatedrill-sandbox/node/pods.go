package node

import (
	"context"
	"fmt"
	"reflect"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/kubernetes/pkg/kubelet/config"
	kubetypes "k8s.io/kubernetes/pkg/kubelet/types"
	kubeletutil "k8s.io/kubernetes/pkg/kubelet/util"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/program"
)

// pods is the kubelet's source of pods with one difference: the kubelet's
// private copy of each pod is fitted to this node (see fit). The object in the
// API stays as the user wrote it.
func pods(ctx context.Context, client kubernetes.Interface, rec record.EventRecorderLogger, t kubeletutil.PodStartupLatencyTracker) (*config.PodConfig, error) {
	pc := config.NewPodConfig(rec, t)
	// A chan<- of a type that is not exported, though its fields are.
	updates := reflect.ValueOf(pc.Channel(ctx, kubetypes.ApiserverSource))
	field, found := updates.Type().Elem().FieldByName("Pods")
	if !found || field.Type != reflect.TypeFor[[]*v1.Pod]() {
		return nil, fmt.Errorf("the kubelet's pod source has no field Pods: this program was built with another Kubernetes than it was written for")
	}
	send := func(objects []any) {
		var fitted []*v1.Pod
		for _, o := range objects {
			if p, ok := o.(*v1.Pod); ok {
				p = p.DeepCopy()
				fit(&p.Spec)
				fitted = append(fitted, p)
			}
		}
		u := reflect.New(updates.Type().Elem()).Elem()
		u.FieldByName("Pods").Set(reflect.ValueOf(fitted))
		updates.Send(u)
	}
	mine := cache.NewListWatchFromClient(client.CoreV1().RESTClient(), "pods", metav1.NamespaceAll, fields.OneTermEqualSelector("spec.nodeName", Name))
	go cache.NewReflector(mine, &v1.Pod{}, cache.NewUndeltaStore(send, cache.MetaNamespaceKeyFunc), 0).Run(ctx.Done())
	return pc, nil
}

// fit changes a pod to what this node can do:
//   - only one uid is mapped, so a wish for another one would be refused;
//   - probes of Istio's own images come every second. The kubelet lets each
//     probe begin with a sleep of up to its period while the kubelet itself is
//     younger than that: at a cold start a gateway's 15 s would be lost.
func fit(s *v1.PodSpec) {
	if c := s.SecurityContext; c != nil {
		c.RunAsUser, c.RunAsGroup, c.RunAsNonRoot, c.FSGroup, c.SupplementalGroups, c.Sysctls = nil, nil, nil, nil, nil, nil
	}
	for _, list := range [][]v1.Container{s.InitContainers, s.Containers} {
		for i := range list {
			if c := list[i].SecurityContext; c != nil {
				c.RunAsUser, c.RunAsGroup, c.RunAsNonRoot = nil, nil, nil
			}
			if n := program.Name(list[i].Image); n == "istio/proxyv2" || n == "istio/pilot" {
				hasten(list[i].ReadinessProbe)
				hasten(list[i].StartupProbe)
			}
		}
	}
}

// hasten probes every second, for as long as before.
func hasten(p *v1.Probe) {
	if p == nil {
		return
	}
	p.FailureThreshold *= max(1, p.PeriodSeconds)
	p.InitialDelaySeconds, p.PeriodSeconds = 0, 1
}
