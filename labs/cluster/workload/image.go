// Package workload makes the image of the labs' workloads: our one static
// program, and a client to speak from there, as an archive in memory. No
// registry and no container engine is asked. Backends whose nodes run images
// load it.
package workload

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Image is the name that the labs' manifests give to it.
const Image = "gatedrill/app:1"

// Path is where the program lies in the image.
const Path = "/gatedrill-app"

// Archive writes the image around a program built for linux/arch, in the
// format of `docker save`. Tools is a tar of what else it holds, such as curl
// and its libraries; may be empty. Two archives of the same are equal to the
// byte.
func Archive(w io.Writer, program, tools []byte, arch string) error {
	img := empty.Image
	for _, open := range []tarball.Opener{
		func() (io.ReadCloser, error) { return content(program) },
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(tools)), nil },
	} {
		layer, err := tarball.LayerFromOpener(open)
		if err == nil {
			img, err = mutate.AppendLayers(img, layer)
		}
		if err != nil {
			return fmt.Errorf("make the workloads' image: %w", err)
		}
		if len(tools) == 0 {
			break
		}
	}
	cf, err := img.ConfigFile()
	if err != nil {
		return fmt.Errorf("make the workloads' image: %w", err)
	}
	cf = cf.DeepCopy()
	cf.OS, cf.Architecture = "linux", arch
	cf.Config = v1.Config{Entrypoint: []string{Path}, User: "65532:65532", WorkingDir: "/"}
	if img, err = mutate.ConfigFile(img, cf); err != nil {
		return fmt.Errorf("make the workloads' image: %w", err)
	}
	ref, err := name.NewTag(Image)
	if err != nil {
		return fmt.Errorf("make the workloads' image: %w", err)
	}
	if err := tarball.Write(ref, img, w); err != nil {
		return fmt.Errorf("make the workloads' image: %w", err)
	}
	return nil
}

// content is the image's only layer: the program, and a place for temporary
// files.
func content(program []byte) (io.ReadCloser, error) {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	for _, h := range []tar.Header{
		{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777},
		{Name: Path[1:], Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(program))},
	} {
		if err := t.WriteHeader(&h); err != nil {
			return nil, err
		}
	}
	if _, err := t.Write(program); err != nil {
		return nil, err
	}
	if err := t.Close(); err != nil {
		return nil, err
	}
	return io.NopCloser(&b), nil
}
