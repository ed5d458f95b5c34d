// Package podexec runs commands in containers through the API server, as
// `kubectl exec` does. It knows neither labs nor what it runs; observers use
// it to ask from a workload's own place.
package podexec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
	"k8s.io/klog/v2"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/gatedrill/gatedrill/labs/portforward"
)

// ErrNoCommand is returned where the container has no such program.
var ErrNoCommand = errors.New("no such program in the container")

// maxOutput is how much of each stream is kept.
const maxOutput = 1 << 20

// Container names a container of a pod.
type Container struct{ Namespace, Pod, Name string }

// Output is what a command that ran to its end left.
type Output struct {
	Stdout, Stderr []byte
	Code           int
}

// Runner runs commands in the containers of one cluster.
type Runner struct {
	config *rest.Config
	base   *url.URL
}

// New makes a runner. Base is the API server's address. Nothing is connected.
func New(cfg *rest.Config, base *url.URL) *Runner { return &Runner{config: cfg, base: base} }

// Run runs a command with the given standard input and waits for its end. A
// command that ends with a code is no error. When ctx ends Run returns; the
// command has to end by itself.
func (r *Runner) Run(ctx context.Context, c Container, command []string, stdin []byte) (Output, error) {
	fail := func(err error) (Output, error) {
		return Output{}, fmt.Errorf("run %s in %s/%s: %w", command[0], c.Namespace, c.Pod, err)
	}
	u := r.base.JoinPath("api/v1/namespaces", c.Namespace, "pods", c.Pod, "exec")
	q := url.Values{"container": {c.Name}, "command": command, "stdin": {"true"}, "stdout": {"true"}, "stderr": {"true"}}
	u.RawQuery = q.Encode()
	executor, err := r.executor(u)
	if err != nil {
		return fail(err)
	}
	out, errOut := &limited{}, &limited{}
	ctx = klog.NewContext(ctx, logr.Discard()) // the terminal is somebody else's
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: bytes.NewReader(stdin), Stdout: out, Stderr: errOut})
	if ctx.Err() != nil {
		return fail(ctx.Err()) // the streams may still be written to
	}
	result := Output{Stdout: out.text, Stderr: errOut.text}
	var ended exec.CodeExitError
	switch {
	case err == nil:
		return result, nil
	case missing(err.Error()):
		return fail(ErrNoCommand)
	case errors.As(err, &ended):
		result.Code = ended.Code
		if ended.Code == 127 || ended.Code == 126 && missing(string(result.Stderr)) {
			return fail(ErrNoCommand)
		}
		return result, nil
	}
	return fail(err)
}

// executor speaks WebSocket, and SPDY to servers, or through proxies, that do
// not; a config with a dialer of its own is known to SPDY only.
func (r *Runner) executor(u *url.URL) (remotecommand.Executor, error) {
	transport, upgrader, err := portforward.Upgrader(r.config)
	if err != nil {
		return nil, err
	}
	old, err := remotecommand.NewSPDYExecutorForTransports(transport, spdy.NewUpgraderForStreaming(upgrader), http.MethodPost, u)
	if err != nil || r.config.Dial != nil {
		return old, err
	}
	socket, err := remotecommand.NewWebSocketExecutor(r.config, http.MethodGet, u.String())
	if err != nil {
		return nil, err
	}
	return remotecommand.NewFallbackExecutor(socket, old, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
}

// missing recognises how container runtimes say that there is no such program.
func missing(text string) bool {
	return strings.Contains(text, "executable file not found") || strings.Contains(text, "no such file or directory")
}

// limited keeps the beginning of what is written.
type limited struct{ text []byte }

func (l *limited) Write(p []byte) (int, error) {
	l.text = append(l.text, p[:min(len(p), maxOutput-len(l.text))]...)
	return len(p), nil
}
