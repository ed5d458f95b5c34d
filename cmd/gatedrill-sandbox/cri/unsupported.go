package cri

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	rt "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// unsupported is the part of the CRI that plain processes without cgroups
// have no answer to: resources, statistics, events, checkpoints.
type unsupported struct{}

func (unsupported) UpdateRuntimeConfig(context.Context, *rt.RuntimeConfig) error { return nil }

func (unsupported) Close(context.Context) error { return nil }

func (unsupported) UpdateContainerResources(context.Context, string, *rt.ContainerResources) error {
	return nil
}

func (unsupported) UpdatePodSandboxResources(context.Context, *rt.UpdatePodSandboxResourcesRequest) (*rt.UpdatePodSandboxResourcesResponse, error) {
	return &rt.UpdatePodSandboxResourcesResponse{}, nil
}

func (unsupported) CheckpointContainer(context.Context, *rt.CheckpointContainerRequest) error {
	return status.Error(codes.Unimplemented, "the sandbox makes no checkpoints")
}

// GetContainerEvents would serve the kubelet's evented life-cycle generator,
// which is off: it brought no speed.
func (unsupported) GetContainerEvents(context.Context, chan *rt.ContainerEventResponse, func(rt.RuntimeService_GetContainerEventsClient)) error {
	return status.Error(codes.Unimplemented, "the sandbox sends no container events")
}

func (unsupported) ContainerStats(context.Context, string) (*rt.ContainerStats, error) {
	return &rt.ContainerStats{}, nil
}

func (unsupported) ListContainerStats(context.Context, *rt.ContainerStatsFilter) ([]*rt.ContainerStats, error) {
	return nil, nil
}

func (unsupported) PodSandboxStats(context.Context, string) (*rt.PodSandboxStats, error) {
	return &rt.PodSandboxStats{}, nil
}

func (unsupported) ListPodSandboxStats(context.Context, *rt.PodSandboxStatsFilter) ([]*rt.PodSandboxStats, error) {
	return nil, nil
}

func (unsupported) ListMetricDescriptors(context.Context) ([]*rt.MetricDescriptor, error) {
	return nil, nil
}

func (unsupported) ListPodSandboxMetrics(context.Context) ([]*rt.PodSandboxMetrics, error) {
	return nil, nil
}
