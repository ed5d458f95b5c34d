// Package daemon starts the sandbox's parts in order and watches over them. It
// is pid 1 of its own namespaces: when it ends, however it ends, the kernel ends
// everything it started, and the next start finds only its kept data.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"
	"k8s.io/client-go/kubernetes"
	logsapi "k8s.io/component-base/logs/api/v1"
	"k8s.io/klog/v2"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/controlplane"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/network"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/program"
)

const (
	apiServiceIP = "10.96.0.1"
	// stopping is how long an orderly end may take.
	stopping = 2 * time.Second
	// thrift is Go's GC percentage once the start is over. Lower while starting,
	// it would cost seconds; the default costs 100 MiB ever after.
	thrift = 50
	// settling is how long after the start the memory it took is given back.
	settling = 5 * time.Second
	// idling is how often that is done later: it takes a third of a second of a
	// processor.
	idling = 2 * time.Minute
)

// Config says where the sandbox lives and what it holds.
type Config struct {
	Dir        string // absolute; etcd's data and the run folder are below it
	Programs   string // absolute; the folder of the programs
	NoMesh     bool   // a plain Kubernetes
	CRDs       string // Gateway API channel: "standard" or "experimental"
	MeshConfig []byte // YAML laid over the mesh settings
	Env        []string
	Now        func() time.Time
}

func (c Config) run(name string) string { return filepath.Join(c.Dir, "run", name) }
func (c Config) pod() string            { return filepath.Join(c.Programs, "gatedrill-pod") }
func (c Config) workDir() string        { return filepath.Join(c.Dir, "node") }
func (c Config) table() program.Table {
	return program.Table{Dir: c.Programs, Own: filepath.Join(c.Dir, "programs.json")}
}
func (c Config) phases() []string {
	order := []string{phaseEtcd, phaseAPI, phaseNode}
	if !c.NoMesh {
		order = append(order, phaseCRDs, phaseIstiod, phaseGateway)
	}
	return order
}

func (c Config) controlPlane() controlplane.Config {
	return controlplane.Config{
		Dir: c.Dir, NodeIP: network.NodeIP, ServiceCIDR: network.ServiceCIDR, APIServiceIP: apiServiceIP,
		Kubeconfig: c.run("kubeconfig"),
	}
}

// Run is the daemon. It returns nil after ctx has ended and the parts were
// stopped, else why the sandbox cannot go on; that is in the status file too.
func Run(ctx context.Context, c Config) error {
	if err := isolated(); err != nil {
		return err
	}
	if err := os.MkdirAll(c.run(""), 0o700); err != nil {
		return fmt.Errorf("make the run folder: %w", err)
	}
	if err := os.Chmod(c.run(""), 0o700); err != nil {
		return fmt.Errorf("close the run folder to others: %w", err)
	}
	lock, err := take(c.run("lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	pid, err := hostPID()
	if err != nil {
		return err
	}
	d := &daemon{Config: c, status: newStatus(c.run("status.json"), pid, c.phases(), c.Now), failures: make(chan error, 8)}
	defer d.stop()
	err = d.start(ctx)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-d.failures:
		}
	}
	if ctx.Err() != nil {
		return d.leave()
	}
	d.status.fail(err)
	return err
}

// take locks a file for as long as this process lives.
func take(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the sandbox: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("the sandbox in %s is running already", filepath.Dir(filepath.Dir(path)))
		}
		return nil, fmt.Errorf("lock the sandbox: %w", err)
	}
	return f, nil
}

// daemon is a sandbox being started or running.
type daemon struct {
	Config
	status   *status
	failures chan error // of parts that must not end
	stops    []func()   // in the order they were started
}

// keep has a part going in the background; its end is the sandbox's.
func (d *daemon) keep(ctx context.Context, part func(context.Context) error) {
	go func() {
		err := part(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("a part of the sandbox ended by itself")
		}
		select {
		case d.failures <- err:
		default: // the sandbox is ending because of others
		}
	}()
}

// stop ends the parts, the last first, and waits a bounded time.
func (d *daemon) stop() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := len(d.stops) - 1; i >= 0; i-- {
			d.stops[i]()
		}
	}()
	select {
	case <-done:
	case <-time.After(stopping):
		klog.InfoS("not everything stopped in time; the kernel ends the rest")
	}
}

// leave removes what says that the sandbox is running.
func (d *daemon) leave() error {
	var errs []error
	for _, name := range []string{"status.json", "api.sock", "dial.sock", "shell.sock"} {
		if err := os.Remove(d.run(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// start brings everything up as early as what it needs is there.
func (d *daemon) start(ctx context.Context) error {
	// etcd, API server, controllers and kubelet each want to set the log up.
	logsapi.ReapplyHandling = logsapi.ReapplyHandlingIgnoreUnchanged
	if err := settle(d.run("etc")); err != nil {
		return err
	}
	net, err := network.NewNode()
	if err != nil {
		return fmt.Errorf("make the sandbox's network: %w", err)
	}
	if err := d.openDoor(ctx); err != nil {
		return err
	}
	cp := d.controlPlane()
	if err := cp.Issue(d.Now()); err != nil {
		return err
	}
	if err := cp.WriteKubeconfig(); err != nil {
		return err
	}
	stopEtcd, err := cp.Etcd(ctx)
	if err != nil {
		return err
	}
	d.stops = append(d.stops, stopEtcd)
	d.status.done(phaseEtcd)
	cfg, err := cp.REST()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return err
	}
	d.keep(ctx, cp.APIServer)
	if err := d.apiReady(ctx, client); err != nil {
		return err
	}
	if err := early(ctx, client); err != nil {
		return err
	}
	d.keep(ctx, cp.Controllers)
	d.keep(ctx, cp.Scheduler)
	if err := d.startNode(ctx, cfg, client, net); err != nil {
		return err
	}
	go d.saveMemory(ctx)
	return d.startMesh(ctx, cfg)
}

// saveMemory gives back what only the start needed, and from then on what
// labs that are over needed: what Go keeps for itself between two collections
// is half of what lives.
func (d *daemon) saveMemory(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-d.status.ready:
	}
	for pause := settling; ; pause = idling {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		debug.SetGCPercent(thrift)
		debug.FreeOSMemory()
	}
}

// apiReady waits for the API server, or for its failure.
func (d *daemon) apiReady(ctx context.Context, client kubernetes.Interface) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ready := make(chan error, 1)
	go func() {
		ready <- controlplane.Ready(ctx, client, func(what string) { d.status.wait(phaseAPI, what) })
	}()
	select {
	case err := <-ready:
		d.status.done(phaseAPI)
		return err
	case err := <-d.failures:
		return err
	}
}
