package daemon

import (
	"context"
	"fmt"

	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/install"
)

// startMesh installs Istio in the background. It begins when the API answers:
// the definitions take longer than the node.
func (d *daemon) startMesh(ctx context.Context, cfg *rest.Config) error {
	if d.NoMesh {
		return nil
	}
	o := install.Options{CRDs: d.CRDs, Profile: install.Sandbox(), MeshConfig: d.MeshConfig, Since: d.status.report.Started}
	d.keep(ctx, func(ctx context.Context) error {
		if err := install.Apply(ctx, cfg, o, d.progress); err != nil {
			return fmt.Errorf("install Istio: %w", err)
		}
		d.status.done(phaseGateway)
		<-ctx.Done()
		return nil
	})
	return nil
}

// progress notes a phase of the installation as done when a later one begins.
func (d *daemon) progress(p cluster.Progress) {
	for _, name := range []string{phaseCRDs, phaseIstiod, phaseGateway} {
		if name == p.Phase {
			d.status.wait(name, p.Waiting)
			return
		}
		d.status.done(name)
	}
}
