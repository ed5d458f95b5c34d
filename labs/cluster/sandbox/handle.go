package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// handle is the way into the running sandbox.
func (b *Backend) handle() (*cluster.Handle, error) {
	cfg, err := b.restConfig()
	if err != nil {
		return nil, err
	}
	return &cluster.Handle{
		Name:         b.Name(),
		REST:         cfg,
		Kubeconfig:   b.kubeconfig(),
		Dial:         b.dial,
		Capabilities: []cluster.Capability{cluster.Sidecar, cluster.MeshAdmin},
		Shell:        b.shell,
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

// dial opens a connection from the sandbox's node: an HTTP CONNECT on the
// door's socket, and then the stream itself.
func (b *Backend) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil, fmt.Errorf("dial %s in the sandbox: network %q is not tcp", addr, network)
	}
	c, err := new(net.Dialer).DialContext(ctx, "unix", b.dialSocket())
	if err != nil {
		return nil, fmt.Errorf("dial %s in the sandbox: %w", addr, err)
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	err = connect(c, addr)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("%s: %w", addr, err)}
	}
	return c, nil
}

// connect asks the door for a connection. It reads the answer's header byte
// by byte, so that nothing of the stream behind it is lost.
func connect(c net.Conn, addr string) error {
	if _, err := fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", addr, addr); err != nil {
		return err
	}
	var head []byte
	for one := make([]byte, 1); !strings.HasSuffix(string(head), "\r\n\r\n"); {
		if len(head) > 8<<10 {
			return errors.New("the sandbox's door talks too much")
		}
		if _, err := c.Read(one); err != nil {
			return fmt.Errorf("the sandbox's door: %w", err)
		}
		head = append(head, one[0])
	}
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(head))), nil)
	if err != nil {
		return fmt.Errorf("the sandbox's door: %w", err)
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return refusal(resp, string(head))
}

// refusal turns what the door says into the error that a local dial would
// have given.
func refusal(resp *http.Response, head string) error {
	text := resp.Header.Get("X-Door-Error")
	if text == "" {
		text = resp.Status
	}
	for words, err := range map[string]error{
		"refused":      syscall.ECONNREFUSED,
		"no such host": &net.DNSError{Err: "no such host", IsNotFound: true},
		"timeout":      os.ErrDeadlineExceeded,
		"timed out":    os.ErrDeadlineExceeded,
		"unreachable":  syscall.EHOSTUNREACH,
		"no route":     syscall.EHOSTUNREACH,
	} {
		if strings.Contains(strings.ToLower(head), words) {
			return err
		}
	}
	return errors.New(text)
}

// EnterVariable carries an EnterRequest to the hidden `sandbox enter` command.
const EnterVariable = "GATEDRILL_ENTER"

// EnterRequest is what `sandbox enter` is to run inside, and where.
type EnterRequest struct {
	Socket  string            `json:"socket"`
	Env     map[string]string `json:"env"`
	Command []string          `json:"command"`
	Dir     string            `json:"dir"`
}

// shell makes the command of a learner's shell: this program again, which
// attaches its own terminal, or its own pipes, to a shell inside.
func (b *Backend) shell(ctx context.Context, s cluster.Shell) (*exec.Cmd, error) {
	req := EnterRequest{Socket: b.shellSocket(), Env: b.shellEnv(s), Command: s.Command, Dir: s.Dir}
	if req.Dir == "" {
		req.Dir = b.dir
	}
	if len(req.Command) == 0 {
		req.Command = []string{"bash", "--norc", "-i"}
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

// shellEnv is the shell's whole environment: what people set up for their
// terminal, less what belongs to the world outside, and the cluster's own.
func (b *Backend) shellEnv(s cluster.Shell) map[string]string {
	env := map[string]string{}
	path := "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
	for _, kv := range b.o.Environ {
		k, v, _ := strings.Cut(kv, "=")
		switch {
		case k == "PATH" && v != "":
			path = v
		case isProxy(k), k == EnterVariable, k == "PROMPT_COMMAND", k == "BASH_ENV", k == "ENV":
		default:
			env[k] = v
		}
	}
	prompt := s.Prompt
	if prompt == "" {
		prompt = "gatedrill sandbox"
	}
	env["PATH"] = b.o.Programs.Dir + ":" + path
	env["KUBECONFIG"] = b.kubeconfig()
	env["PS1"] = prompt + ` \w \$ `
	env["HISTFILE"] = b.run("history")
	for k, v := range s.Env {
		env[k] = v
	}
	return env
}

// isProxy recognises the variables that send programs to a proxy outside,
// which nothing in the sandbox can reach.
func isProxy(name string) bool { return strings.HasSuffix(strings.ToLower(name), "_proxy") }
