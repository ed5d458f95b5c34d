package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
)

// short is a backend whose sockets' paths are short enough for a socket.
func short(t *testing.T, environ ...string) *Backend {
	t.Helper()
	home, err := os.MkdirTemp("", "gd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	b := New(Options{Home: home, Self: []string{"/bin/gatedrill", "sandbox"}, Environ: environ, Programs: programs.Source{Dir: "/p"}})
	if err := os.MkdirAll(b.run(""), 0o700); err != nil {
		t.Fatal(err)
	}
	return b
}

// door answers each CONNECT with the given text and then echoes.
func door(t *testing.T, b *Backend, answer string) {
	t.Helper()
	l, err := net.Listen("unix", b.dialSocket())
	if err != nil {
		t.Skipf("no unix sockets here: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r := bufio.NewReader(c)
				req, err := http.ReadRequest(r)
				if err != nil || req.Method != http.MethodConnect {
					return
				}
				fmt.Fprint(c, answer)
				_, _ = io.Copy(c, r)
			}()
		}
	}()
}

func TestDialCarriesTheStream(t *testing.T) {
	b := short(t)
	door(t, b, "HTTP/1.1 200 Connection established\r\n\r\nfirst words ")
	c, err := b.dial(t.Context(), "tcp", "10.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "hello")
	buf := make([]byte, len("first words hello"))
	if _, err := io.ReadFull(c, buf); err != nil || string(buf) != "first words hello" {
		t.Errorf("got %q, %v", buf, err)
	}
}

func TestDialErrorsAreThoseOfALocalDial(t *testing.T) {
	for words, want := range map[string]error{
		"dial tcp 10.0.0.1:80: connect: connection refused":       syscall.ECONNREFUSED,
		"dial tcp 10.0.0.1:80: i/o timeout":                       os.ErrDeadlineExceeded,
		"dial tcp 10.0.0.1:80: connect: no route to host":         syscall.EHOSTUNREACH,
		"dial tcp 10.0.0.1:80: connect: network is unreachable":   syscall.EHOSTUNREACH,
		"dial tcp: lookup nosuch.example.com on: no such host":    errNoSuchHost,
		"dial tcp 10.0.0.1:80: something that never happened yet": nil,
	} {
		b := short(t)
		door(t, b, "HTTP/1.1 502 Bad Gateway\r\nX-Door-Error: "+words+"\r\nContent-Length: 0\r\n\r\n")
		_, err := b.dial(t.Context(), "tcp", "10.0.0.1:80")
		var op *net.OpError
		var dns *net.DNSError
		switch {
		case !errors.As(err, &op) || op.Net != "tcp":
			t.Errorf("%s: %v is no dial error", words, err)
		case want == errNoSuchHost:
			if !errors.As(err, &dns) || !dns.IsNotFound {
				t.Errorf("%s: got %v", words, err)
			}
		case want != nil && !errors.Is(err, want):
			t.Errorf("%s: got %v, want %v", words, err, want)
		case want == nil && !strings.Contains(err.Error(), "never happened"):
			t.Errorf("%s: got %v", words, err)
		}
	}
}

var errNoSuchHost = errors.New("no such host")

func TestDialWithoutSandboxSaysThatTheWayInIsMissing(t *testing.T) {
	_, err := short(t).dial(t.Context(), "tcp", "10.0.0.1:80")
	var op *net.OpError
	if !errors.As(err, &op) || op.Net != "unix" {
		t.Errorf("got %v", err)
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	b := short(t)
	door(t, b, "") // says nothing
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := b.dial(ctx, "tcp", "10.0.0.1:80"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestShellRequest(t *testing.T) {
	b := short(t, "PATH=/opt/bin:/bin", "TERM=xterm", "HTTPS_PROXY=http://proxy", "no_proxy=x", "BASH_ENV=/x", EnterVariable+"=old")
	cmd, err := b.shell(t.Context(), cluster.Shell{Prompt: "gatedrill shop", Env: map[string]string{"GATEWAY_IP": "172.18.255.200"}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(cmd.Args, []string{"/bin/gatedrill", "sandbox", "enter"}) {
		t.Errorf("command %q", cmd.Args)
	}
	var req EnterRequest
	text := strings.TrimPrefix(cmd.Env[len(cmd.Env)-1], EnterVariable+"=")
	if err := json.Unmarshal([]byte(text), &req); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{
		"PATH": "/p:/opt/bin:/bin", "TERM": "xterm", "GATEWAY_IP": "172.18.255.200", "KUBECONFIG": b.kubeconfig(),
		"HTTPS_PROXY": "", "no_proxy": "", "BASH_ENV": "", EnterVariable: "",
	} {
		if req.Env[k] != want {
			t.Errorf("%s=%q, want %q", k, req.Env[k], want)
		}
	}
	if !strings.HasPrefix(req.Env["PS1"], "gatedrill shop ") || req.Socket != b.shellSocket() || len(req.Command) == 0 {
		t.Errorf("request %+v", req)
	}
}

func TestOwnPrograms(t *testing.T) {
	b := short(t)
	program := filepath.Join(t.TempDir(), "echo")
	if err := b.AddProgram("nginx", OwnProgram{Path: program}); err == nil {
		t.Error("a missing program was taken")
	}
	if err := os.WriteFile(program, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := b.AddProgram("nginx", OwnProgram{Path: filepath.Dir(program)}); err == nil || !strings.Contains(err.Error(), "cannot be executed") {
		t.Errorf("a directory: %v", err)
	}
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := b.AddProgram("nginx", OwnProgram{Path: program, Files: []PodFile{{program, "relative"}}}); err == nil {
		t.Error("a relative path in the pod was taken")
	}
	want := OwnProgram{Path: program, Args: []string{"-v"}, Files: []PodFile{{program, "/srv/page"}}}
	if err := b.AddProgram("nginx", want); err != nil {
		t.Fatal(err)
	}
	rows, err := b.OwnPrograms()
	if err != nil || rows["nginx"].Files[0] != want.Files[0] {
		t.Errorf("rows %+v, %v", rows, err)
	}
	if err := b.RemoveProgram("nginx"); err != nil {
		t.Error(err)
	}
	if err := b.RemoveProgram("nginx"); !errors.Is(err, ErrNoProgram) {
		t.Errorf("removed twice: %v", err)
	}
}
