package daemon

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/controlplane"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/cri"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/door"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/network"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/node"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/resolver"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/service"
)

// openDoor serves the sockets; what they lead to may not be there yet.
func (d *daemon) openDoor(ctx context.Context) error {
	bin := d.run("bin")
	if err := os.RemoveAll(bin); err != nil {
		return fmt.Errorf("folder of the shell's programs: %w", err)
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return fmt.Errorf("folder of the shell's programs: %w", err)
	}
	for _, tool := range []string{"kubectl", "istioctl"} {
		if err := os.Symlink(filepath.Join(d.Programs, tool), filepath.Join(bin, tool)); err != nil {
			return fmt.Errorf("folder of the shell's programs: %w", err)
		}
	}
	dr := &door.Door{API: controlplane.APIAddress, DNS: network.DNSIP + ":53", Session: door.Session{
		Pod: d.pod(), Kubeconfig: d.run("kubeconfig"),
		Path: bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		Env:  append(personal(d.Env), "HISTFILE="+filepath.Join(d.Dir, "shell_history")),
	}}
	return dr.Serve(ctx, d.run(""))
}

// personal keeps what of the daemon's environment is the user's and not the
// terminal's that the sandbox happened to be started from.
func personal(env []string) []string {
	var out []string
	for _, e := range env {
		k, _, _ := strings.Cut(e, "=")
		if k == "HOME" || k == "USER" || k == "LOGNAME" || k == "LANG" || k == "TZ" || k == "EDITOR" || strings.HasPrefix(k, "LC_") {
			out = append(out, e)
		}
	}
	return out
}

// startNode runs the kubelet, Services and DNS.
func (d *daemon) startNode(ctx context.Context, cfg *rest.Config, client kubernetes.Interface, net *network.Node) error {
	// Secrets are plain files below it.
	if err := os.MkdirAll(d.workDir(), 0o700); err != nil {
		return fmt.Errorf("folder for pods: %w", err)
	}
	work, err := short(d.workDir(), d.Programs)
	if err != nil {
		return err
	}
	runtime, err := cri.New(cri.Config{
		Dir: filepath.Join(work, "pods"), Pod: d.pod(), Network: net, Programs: d.table(), Stream: "127.0.0.1:0",
	})
	if err != nil {
		return err
	}
	d.stops = append(d.stops, runtime.Stop)
	k := node.Config{
		Dir: filepath.Join(work, "kubelet"), Certificates: d.controlPlane().Certificates(),
		IP: network.NodeIP, DNS: network.DNSIP, Runtime: runtime,
	}
	if err := k.Start(ctx, cfg); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	names, err := resolver.New(ctx, client, factory)
	if err != nil {
		return err
	}
	if err := names.Serve(ctx, network.DNSIP+":53", network.NodeIP+":53"); err != nil {
		return err
	}
	services := &service.Controller{
		Client: client, Node: netip.MustParseAddr(network.NodeIP), DNS: netip.MustParseAddr(network.DNSIP),
		First: netip.MustParseAddr(network.FirstLoadBalancer),
	}
	d.keep(ctx, func(ctx context.Context) error { return services.Run(ctx, factory) })
	d.keep(ctx, func(ctx context.Context) error {
		if err := nodeReady(ctx, client); err != nil {
			return err
		}
		d.status.done(phaseNode)
		<-ctx.Done()
		return nil
	})
	return nil
}
