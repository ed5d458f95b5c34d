package cri

import (
	"context"

	rt "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/program"
)

// ListContainers lists the containers a filter lets through.
func (r *Runtime) ListContainers(_ context.Context, f *rt.ContainerFilter) ([]*rt.Container, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*rt.Container
	for _, c := range r.containers {
		if f.GetId() != "" && f.Id != c.id || f.GetPodSandboxId() != "" && f.PodSandboxId != c.sandbox ||
			f.GetState() != nil && f.State.State != c.state || !matches(c.cfg.Labels, f.GetLabelSelector()) {
			continue
		}
		image := program.Name(c.cfg.GetImage().GetImage())
		out = append(out, &rt.Container{
			Id: c.id, PodSandboxId: c.sandbox, Metadata: c.cfg.Metadata, State: c.state, CreatedAt: nano(c.created),
			Image: c.cfg.Image, ImageRef: image, ImageId: image, Labels: c.cfg.Labels, Annotations: c.cfg.Annotations,
		})
	}
	return out, nil
}

// ContainerStatus describes one container.
func (r *Runtime) ContainerStatus(_ context.Context, id string, _ bool) (*rt.ContainerStatusResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.containers[id]
	if c == nil {
		return nil, notFound("container", id)
	}
	image := program.Name(c.cfg.GetImage().GetImage())
	return &rt.ContainerStatusResponse{Status: &rt.ContainerStatus{
		Id: c.id, Metadata: c.cfg.Metadata, State: c.state, ExitCode: c.code, Reason: c.reason,
		CreatedAt: nano(c.created), StartedAt: nano(c.started), FinishedAt: nano(c.finished),
		Image: c.cfg.Image, ImageRef: image, ImageId: image, Labels: c.cfg.Labels, Annotations: c.cfg.Annotations,
		Mounts: c.cfg.Mounts, LogPath: c.log.path,
	}}, nil
}
