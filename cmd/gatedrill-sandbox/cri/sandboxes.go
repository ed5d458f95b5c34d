package cri

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	rt "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/network"
)

// sandbox is one pod: a pausing process that holds its namespaces.
type sandbox struct {
	id      string
	cfg     *rt.PodSandboxConfig
	handler string
	created time.Time
	pause   *exec.Cmd
	ip      string
	ready   bool
	dir     string
}

func (s *sandbox) pid() int { return s.pause.Process.Pid }

// link names the pod's network link; interface names end at 15 bytes.
func (s *sandbox) link() string { return s.id[:12] }

func (s *sandbox) resolv() string { return filepath.Join(s.dir, "resolv.conf") }

func (s *sandbox) onNodeNetwork() bool {
	return s.cfg.GetLinux().GetSecurityContext().GetNamespaceOptions().GetNetwork() == rt.NamespaceMode_NODE
}

func (s *sandbox) state() rt.PodSandboxState {
	if s.ready {
		return rt.PodSandboxState_SANDBOX_READY
	}
	return rt.PodSandboxState_SANDBOX_NOTREADY
}

// RunPodSandbox makes a pod's namespaces and network.
func (r *Runtime) RunPodSandbox(_ context.Context, cfg *rt.PodSandboxConfig, handler string) (string, error) {
	s := &sandbox{id: newID(), cfg: cfg, handler: handler, created: time.Now(), ready: true}
	s.dir = filepath.Join(r.cfg.Dir, s.id)
	if err := r.start(s); err != nil {
		if s.pause != nil && s.pause.Process != nil {
			_ = s.pause.Process.Kill()
		}
		_ = os.RemoveAll(s.dir)
		return "", fmt.Errorf("start pod %s/%s: %w", cfg.GetMetadata().GetNamespace(), cfg.GetMetadata().GetName(), err)
	}
	r.mu.Lock()
	r.sandboxes[s.id] = s
	r.mu.Unlock()
	go r.watch(s)
	return s.id, nil
}

func (r *Runtime) start(s *sandbox) error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(s.resolv(), []byte(resolvConf(s.cfg.DnsConfig)), 0o644); err != nil {
		return err
	}
	if s.cfg.LogDirectory != "" {
		if err := os.MkdirAll(s.cfg.LogDirectory, 0o755); err != nil {
			return err
		}
	}
	flags := uintptr(syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC)
	if !s.onNodeNetwork() {
		flags |= syscall.CLONE_NEWNET
	}
	s.pause = exec.Command(r.cfg.Pod, "pause")
	s.pause.Env = []string{}
	s.pause.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Setsid: true}
	if err := s.pause.Start(); err != nil {
		return fmt.Errorf("make its namespaces: %w", err)
	}
	if s.cfg.Hostname != "" {
		if err := within(s.pid(), []namespace{uts}, func() error { return unix.Sethostname([]byte(s.cfg.Hostname)) }); err != nil {
			return fmt.Errorf("hostname: %w", err)
		}
	}
	if s.onNodeNetwork() {
		s.ip = network.NodeIP
		return nil
	}
	var err error
	s.ip, err = r.cfg.Network.Attach(s.pid(), s.link(), s.cfg.Annotations[network.AddressAnnotation])
	return err
}

// watch notices that a pod's namespaces are gone, whoever ended them.
func (r *Runtime) watch(s *sandbox) {
	_ = s.pause.Wait()
	r.mu.Lock()
	s.ready = false
	r.mu.Unlock()
}

func resolvConf(d *rt.DNSConfig) string {
	var b strings.Builder
	for _, s := range d.GetServers() {
		fmt.Fprintln(&b, "nameserver", s)
	}
	if len(d.GetSearches()) > 0 {
		fmt.Fprintln(&b, "search", strings.Join(d.Searches, " "))
	}
	if len(d.GetOptions()) > 0 {
		fmt.Fprintln(&b, "options", strings.Join(d.Options, " "))
	}
	return b.String()
}

// StopPodSandbox ends a pod's containers and gives its address back.
func (r *Runtime) StopPodSandbox(ctx context.Context, id string) error {
	r.mu.Lock()
	s := r.sandboxes[id]
	var running []string
	for cid, c := range r.containers {
		if c.sandbox == id {
			running = append(running, cid)
		}
	}
	r.mu.Unlock()
	if s == nil {
		return nil
	}
	for _, cid := range running {
		if err := r.StopContainer(ctx, cid, 0); err != nil {
			return err
		}
	}
	if !s.onNodeNetwork() {
		r.cfg.Network.Detach(s.link())
	}
	_ = s.pause.Process.Kill() // already gone at the second call
	r.mu.Lock()
	s.ready = false
	r.mu.Unlock()
	return nil
}

// RemovePodSandbox forgets a pod and its containers.
func (r *Runtime) RemovePodSandbox(ctx context.Context, id string) error {
	if err := r.StopPodSandbox(ctx, id); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sandboxes[id]
	if s == nil {
		return nil
	}
	delete(r.sandboxes, id)
	for cid, c := range r.containers {
		if c.sandbox == id {
			delete(r.containers, cid)
		}
	}
	return os.RemoveAll(s.dir)
}

// PodSandboxStatus describes one pod.
func (r *Runtime) PodSandboxStatus(_ context.Context, id string, _ bool) (*rt.PodSandboxStatusResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sandboxes[id]
	if s == nil {
		return nil, notFound("pod", id)
	}
	return &rt.PodSandboxStatusResponse{Status: &rt.PodSandboxStatus{
		Id: s.id, Metadata: s.cfg.Metadata, State: s.state(), CreatedAt: nano(s.created),
		Network: &rt.PodSandboxNetworkStatus{Ip: s.ip},
		Linux: &rt.LinuxPodSandboxStatus{Namespaces: &rt.Namespace{
			Options: s.cfg.GetLinux().GetSecurityContext().GetNamespaceOptions(),
		}},
		Labels: s.cfg.Labels, Annotations: s.cfg.Annotations, RuntimeHandler: s.handler,
	}}, nil
}

// ListPodSandbox lists the pods a filter lets through.
func (r *Runtime) ListPodSandbox(_ context.Context, f *rt.PodSandboxFilter) ([]*rt.PodSandbox, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*rt.PodSandbox
	for _, s := range r.sandboxes {
		if f.GetId() != "" && f.Id != s.id || f.GetState() != nil && f.State.State != s.state() || !matches(s.cfg.Labels, f.GetLabelSelector()) {
			continue
		}
		out = append(out, &rt.PodSandbox{
			Id: s.id, Metadata: s.cfg.Metadata, State: s.state(), CreatedAt: nano(s.created),
			Labels: s.cfg.Labels, Annotations: s.cfg.Annotations, RuntimeHandler: s.handler,
		})
	}
	return out, nil
}
