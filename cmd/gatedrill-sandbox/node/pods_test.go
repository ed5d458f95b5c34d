package node

import (
	"testing"

	v1 "k8s.io/api/core/v1"
)

func TestFit(t *testing.T) {
	t.Parallel()
	uid, yes := int64(1337), true
	ask := func() *v1.SecurityContext {
		return &v1.SecurityContext{RunAsUser: &uid, RunAsGroup: &uid, RunAsNonRoot: &yes, ReadOnlyRootFilesystem: &yes}
	}
	probe := func() *v1.Probe {
		return &v1.Probe{InitialDelaySeconds: 5, PeriodSeconds: 15, FailureThreshold: 4}
	}
	s := &v1.PodSpec{
		SecurityContext: &v1.PodSecurityContext{RunAsUser: &uid, FSGroup: &uid, SupplementalGroups: []int64{uid}, Sysctls: []v1.Sysctl{{Name: "net.ipv4.ip_unprivileged_port_start", Value: "0"}}},
		InitContainers:  []v1.Container{{Image: "docker.io/istio/proxyv2:1.31.0", SecurityContext: ask(), StartupProbe: probe()}},
		Containers:      []v1.Container{{Image: "gatedrill/app", SecurityContext: ask(), ReadinessProbe: probe()}},
	}
	fit(s)
	if c := s.SecurityContext; c.RunAsUser != nil || c.FSGroup != nil || c.SupplementalGroups != nil || c.Sysctls != nil {
		t.Errorf("pod still asks for ids: %+v", c)
	}
	for _, c := range append(s.InitContainers, s.Containers...) {
		if x := c.SecurityContext; x.RunAsUser != nil || x.RunAsGroup != nil || x.RunAsNonRoot != nil || x.ReadOnlyRootFilesystem == nil {
			t.Errorf("container %s: %+v", c.Image, x)
		}
	}
	if p := s.InitContainers[0].StartupProbe; p.InitialDelaySeconds != 0 || p.PeriodSeconds != 1 || p.FailureThreshold != 60 {
		t.Errorf("Istio's probe: %+v, want every second for as long as before", p)
	}
	if p := s.Containers[0].ReadinessProbe; p.InitialDelaySeconds != 5 || p.PeriodSeconds != 15 {
		t.Errorf("a user's probe was changed: %+v", p)
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	m, err := newMachine()
	if err != nil || m.memory < 1<<26 {
		t.Errorf("memory %d, %v", m.memory, err)
	}
}
