package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/install"
	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

// handle is the way into the running sandbox.
func (b *Backend) handle(d daemon) (*cluster.Handle, error) {
	cfg, err := b.restConfig()
	if err != nil {
		return nil, err
	}
	return &cluster.Handle{
		Name:         b.Name(),
		REST:         cfg,
		Kubeconfig:   b.kubeconfig(),
		Dial:         b.dial,
		Capabilities: []labs.Capability{labs.CapabilitySidecar, labs.CapabilityWaypoint, labs.CapabilityEgress, labs.CapabilityNames, labs.CapabilityMeshAdmin},
		Shell: func(ctx context.Context, s cluster.Shell) (*exec.Cmd, error) {
			if d.inside && len(s.Command) == 0 {
				return nil, errors.New("this is a shell inside the sandbox already: type commands as they stand, or leave it first (exit)")
			}
			return b.shell(ctx, s)
		},
		Egress: func(ctx context.Context) error {
			return install.EnsureEgress(ctx, cfg, install.Options{Profile: install.Sandbox()})
		},
	}, nil
}

// restConfig reads the kubeconfig, whose address is the API server's inside
// the sandbox, and reaches it through its socket.
func (b *Backend) restConfig() (*rest.Config, error) {
	kc, err := clientcmd.LoadFromFile(b.kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the sandbox's kubeconfig: %w", err)
	}
	cfg, err := clientcmd.NewDefaultClientConfig(*kc, nil).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("read the sandbox's kubeconfig: %s: %w", b.kubeconfig(), err)
	}
	cfg.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", b.apiSocket())
	}
	cfg.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	cfg.QPS, cfg.Burst = 200, 400
	return cfg, nil
}

// dial opens a connection from the sandbox's node. The daemon hands over the
// connected socket itself, so that resets and half-closed ends are seen here
// as they are there.
func (b *Backend) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil, fmt.Errorf("dial %s in the sandbox: network %q is not tcp", addr, network)
	}
	c, err := new(net.Dialer).DialContext(ctx, "unix", b.dialSocket())
	if err != nil {
		return nil, fmt.Errorf("dial %s in the sandbox: %w", addr, err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() }) // ends the dial inside too
	conn, err := connected(c.(*net.UnixConn), addr)
	stop()
	if ctx.Err() != nil {
		if conn != nil {
			conn.Close()
		}
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("%s: %w", addr, ctx.Err())}
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("%s: %w", addr, err)}
	}
	return conn, nil
}

// connected asks for a connection and receives its socket.
func connected(c *net.UnixConn, addr string) (net.Conn, error) {
	line, err := json.Marshal(map[string]string{"dial": addr})
	if err != nil {
		return nil, err
	}
	if _, err := c.Write(append(line, '\n')); err != nil {
		return nil, fmt.Errorf("ask the sandbox's door: %w", err)
	}
	files, text, err := receive(c)
	if err != nil {
		return nil, fmt.Errorf("ask the sandbox's door: %w", err)
	}
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	if len(files) == 1 {
		return net.FileConn(files[0])
	}
	var no struct{ Error, Message string }
	if err := json.Unmarshal(text, &no); err != nil {
		return nil, fmt.Errorf("ask the sandbox's door: it says %q", text)
	}
	return nil, refusal.Error(no.Error, no.Message)
}

// shell makes the command of a learner's shell: this program again, which
// attaches its own terminal, or its own pipes, to a program inside. Without a
// command it is an interactive shell. The daemon sets PATH and KUBECONFIG.
func (b *Backend) shell(ctx context.Context, s cluster.Shell) (*exec.Cmd, error) {
	req := EnterRequest{Socket: b.shellSocket(), Env: b.shellEnv(s), Command: s.Command, Dir: s.Dir}
	if req.Dir == "" {
		req.Dir = b.dir
	}
	text, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	args := append(slices.Clone(b.o.Self[1:]), "enter")
	cmd := exec.CommandContext(ctx, b.o.Self[0], args...)
	cmd.Env = append(slices.Clone(b.o.Environ), EnterVariable+"="+string(text))
	return cmd, nil
}

// shellEnv is what a shell gets of the environment outside: what people set up
// for their terminal and tools, nothing of what leads elsewhere (proxies, a
// kubeconfig of their own); and what the lab adds.
func (b *Backend) shellEnv(s cluster.Shell) map[string]string {
	env := map[string]string{}
	for _, kv := range b.o.Environ {
		if k, v, _ := strings.Cut(kv, "="); personal(k) {
			env[k] = v
		}
	}
	env["PATH"] = b.withSelf(env["PATH"])
	prompt := s.Prompt
	if prompt == "" {
		prompt = "gatedrill sandbox"
	}
	if !strings.HasSuffix(prompt, " "+filepath.Base(s.Dir)) {
		prompt += ` \W` // a lab's own directory is called like the lab
	}
	env["PS1"] = prompt + ` \$ `
	for k, v := range s.Env {
		env[k] = v
	}
	return env
}

// withSelf makes a PATH lead to this program too: the commands that it prints
// are to be typed in the shell.
func (b *Backend) withSelf(path string) string {
	dir := filepath.Dir(b.o.Self[0])
	if all := filepath.SplitList(path); !slices.Contains(all, dir) {
		path = strings.Join(append(all, dir), string(filepath.ListSeparator))
	}
	return path
}

func personal(name string) bool {
	switch name {
	case "PATH", "TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE", "TZ", "HOME", "USER", "LOGNAME",
		"EDITOR", "VISUAL", "PAGER", "LESS", "TMUX", "TMPDIR":
		return true
	}
	return strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "GATEDRILL_") && name != EnterVariable
}
