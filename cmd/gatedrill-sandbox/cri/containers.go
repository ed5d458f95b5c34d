package cri

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	rt "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/intercept"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/pod/launch"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/program"
)

// container is one container; its fields from state on are guarded by the
// runtime's lock.
type container struct {
	id, sandbox string
	cfg         *rt.ContainerConfig
	log         *logFile
	created     time.Time
	ended       chan struct{} // closed when the program has ended and its log is complete

	state             rt.ContainerState
	started, finished time.Time
	code              int32
	reason            string
	cmd               *exec.Cmd
}

// kill ends the container: its first process is pid 1 of a pid namespace and
// takes everything with it.
func (c *container) kill() {
	if c.cmd != nil {
		_ = c.cmd.Process.Kill() // it may have ended by itself
	}
}

// CreateContainer notes a container; it is built when it starts.
func (r *Runtime) CreateContainer(_ context.Context, sandbox string, cfg *rt.ContainerConfig, pod *rt.PodSandboxConfig) (string, error) {
	if _, err := r.cfg.Programs.Find(cfg.GetImage().GetImage()); err != nil {
		return "", err
	}
	c := &container{
		id: newID(), sandbox: sandbox, cfg: cfg, created: time.Now(), ended: make(chan struct{}),
		log: &logFile{path: filepath.Join(pod.LogDirectory, cfg.LogPath)},
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sandboxes[sandbox] == nil {
		return "", notFound("pod", sandbox)
	}
	r.containers[c.id] = c
	return c.id, nil
}

// get returns a container and its pod.
func (r *Runtime) get(id string) (*container, *sandbox, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.containers[id]
	if c == nil {
		return nil, nil, notFound("container", id)
	}
	s := r.sandboxes[c.sandbox]
	if s == nil {
		return nil, nil, notFound("pod", c.sandbox)
	}
	return c, s, nil
}

// StartContainer runs the container's program.
func (r *Runtime) StartContainer(_ context.Context, id string) error {
	c, s, err := r.get(id)
	if err != nil {
		return err
	}
	p, err := r.cfg.Programs.Find(c.cfg.GetImage().GetImage())
	if err != nil {
		return err
	}
	run := planFor(p, c.cfg)
	if run.redirect != nil {
		err := within(s.pid(), []namespace{netns}, func() error {
			rules, err := intercept.Install(run.redirect)
			run.argv = []string{"printf", "%s", rules}
			return err
		})
		if err != nil {
			return err
		}
	}
	return r.launch(c, s, r.order(c, s, p, run))
}

// order says how the container's root and program are made.
func (r *Runtime) order(c *container, s *sandbox, p program.Program, run plan) launch.Container {
	o := launch.Container{
		Root: filepath.Join(s.dir, c.id), Self: r.cfg.Pod, Resolv: s.resolv(), Hostname: s.cfg.Hostname,
		Argv: run.argv, Env: environment(c.cfg, s.cfg.Hostname, run.env), Dir: c.cfg.WorkingDir, WaitFor: run.waitFor,
	}
	for _, f := range p.Files {
		o.Files = append(o.Files, launch.Mount{Host: f.Host, Pod: f.Pod})
	}
	for _, m := range c.cfg.Mounts {
		o.Volumes = append(o.Volumes, launch.Mount{Host: m.HostPath, Pod: m.ContainerPath, ReadOnly: m.Readonly})
	}
	return o
}

// environment is PATH, HOME and HOSTNAME as container runtimes set them, what
// the plan adds, and what the pod says.
func environment(cfg *rt.ContainerConfig, hostname string, extra []string) []string {
	env := append([]string{"PATH=" + searchPath, "HOME=/root", "HOSTNAME=" + hostname}, extra...)
	for _, e := range cfg.GetEnvs() {
		env = append(env, e.Key+"="+e.Value)
	}
	return env
}

// launch starts gatedrill-pod in the pod's namespaces and hands it the order.
func (r *Runtime) launch(c *container, s *sandbox, o launch.Container) error {
	if err := os.MkdirAll(o.Root, 0o755); err != nil {
		return err
	}
	if err := c.log.open(); err != nil {
		return err
	}
	order, send, err := launch.Pipe(o)
	if err != nil {
		return err
	}
	defer order.Close()
	cmd := exec.Command(r.cfg.Pod, "container")
	cmd.Env = []string{}
	cmd.ExtraFiles = []*os.File{order}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Setsid: true}
	pumps, err := c.log.attach(cmd)
	if err != nil {
		return err
	}
	err = within(s.pid(), []namespace{netns, uts, ipc}, cmd.Start)
	pumps.started()
	if err != nil {
		return fmt.Errorf("start the container's process: %w", err)
	}
	r.mu.Lock()
	c.cmd, c.started, c.state = cmd, time.Now(), rt.ContainerState_CONTAINER_RUNNING
	r.mu.Unlock()
	go r.wait(c, &pumps.done, o.Root)
	if err := send(); err != nil {
		c.kill()
		return fmt.Errorf("tell the container's process what to run: %w", err)
	}
	return nil
}

// wait notes how the container ended.
func (r *Runtime) wait(c *container, logged *sync.WaitGroup, root string) {
	err := c.cmd.Wait()
	logged.Wait()
	c.log.close()
	_ = os.Remove(root) // its mounts are gone with the mount namespace
	r.mu.Lock()
	c.finished, c.state = time.Now(), rt.ContainerState_CONTAINER_EXITED
	c.code, c.reason = exitStatus(err)
	r.mu.Unlock()
	close(c.ended)
}

func exitStatus(err error) (int32, string) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, "Completed"
	case !errors.As(err, &exit):
		return 128, "Error"
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int32(ws.Signal()), "Error"
	}
	return int32(exit.ExitCode()), "Error"
}

// StopContainer asks the program to end and kills it after timeout seconds.
func (r *Runtime) StopContainer(ctx context.Context, id string, timeout int64) error {
	r.mu.Lock()
	c := r.containers[id]
	running := c != nil && c.state == rt.ContainerState_CONTAINER_RUNNING
	r.mu.Unlock()
	if !running {
		return nil
	}
	if timeout > 0 && c.cmd.Process.Signal(syscall.SIGTERM) == nil {
		t := time.NewTimer(time.Duration(timeout) * time.Second)
		defer t.Stop()
		select {
		case <-c.ended:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
	c.kill()
	<-c.ended
	return nil
}

// RemoveContainer forgets a container and its log.
func (r *Runtime) RemoveContainer(ctx context.Context, id string) error {
	if err := r.StopContainer(ctx, id, 0); err != nil {
		return err
	}
	r.mu.Lock()
	c := r.containers[id]
	delete(r.containers, id)
	r.mu.Unlock()
	if c == nil {
		return nil
	}
	return c.log.remove()
}
