package cri

import (
	"context"
	"strings"
	"time"

	rt "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/program"
)

// image describes a program as an image. There is no content to digest.
func image(name string) *rt.Image {
	return &rt.Image{
		Id: name, Size: 1, Spec: &rt.ImageSpec{Image: name}, Uid: &rt.Int64Value{Value: 0},
		RepoTags: []string{name + ":latest"}, RepoDigests: []string{name + "@sha256:" + strings.Repeat("0", 64)},
	}
}

// ListImages lists the programs.
func (r *Runtime) ListImages(context.Context, *rt.ImageFilter) ([]*rt.Image, error) {
	names, err := r.cfg.Programs.Names()
	if err != nil {
		return nil, err
	}
	var out []*rt.Image
	for _, n := range names {
		out = append(out, image(program.Name(n)))
	}
	return out, nil
}

// ImageStatus says whether an image has a program; if not, the kubelet pulls.
func (r *Runtime) ImageStatus(_ context.Context, i *rt.ImageSpec, _ bool) (*rt.ImageStatusResponse, error) {
	if _, err := r.cfg.Programs.Find(i.GetImage()); err != nil {
		return &rt.ImageStatusResponse{}, nil // PullImage says why
	}
	found := image(program.Name(i.Image))
	found.Id = i.Image // what CreateContainer is given; a user's row may name registry and tag
	return &rt.ImageStatusResponse{Image: found}, nil
}

// PullImage finds an image's program or says how to give it one; the kubelet
// puts that into the pod's events.
func (r *Runtime) PullImage(_ context.Context, i *rt.ImageSpec, _ *rt.AuthConfig, _ *rt.PodSandboxConfig) (string, error) {
	if _, err := r.cfg.Programs.Find(i.GetImage()); err != nil {
		return "", err
	}
	return i.Image, nil
}

// RemoveImage keeps the program: it is not the kubelet's to delete.
func (r *Runtime) RemoveImage(context.Context, *rt.ImageSpec) error { return nil }

// ImageFsInfo answers for a file system that is never full.
func (r *Runtime) ImageFsInfo(context.Context) (*rt.ImageFsInfoResponse, error) {
	usage := []*rt.FilesystemUsage{{
		Timestamp: time.Now().UnixNano(), FsId: &rt.FilesystemIdentifier{Mountpoint: r.cfg.Dir},
		UsedBytes: &rt.UInt64Value{Value: 1 << 20}, InodesUsed: &rt.UInt64Value{Value: 10},
	}}
	return &rt.ImageFsInfoResponse{ImageFilesystems: usage, ContainerFilesystems: usage}, nil
}
