package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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

// door answers each request with the connected socket of a server that says
// hello, or with words.
func door(t *testing.T, b *Backend, words string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: b.dialSocket(), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.AcceptUnix()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(c).ReadString('\n')
			switch {
			case line != `{"dial":"10.0.0.1:80"}`+"\n":
				t.Errorf("the door was asked %q", line)
				c.Close()
			case words == "silence":
				t.Cleanup(func() { c.Close() })
			case words != "":
				fmt.Fprintln(c, words)
				c.Close()
			default:
				hello(t, c)
				c.Close()
			}
		}
	}()
}

// hello passes one end of a TCP connection on; the other says hello.
func hello(t *testing.T, to *net.UnixConn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return
	}
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Error(err)
		return
	}
	defer near.Close()
	far, err := l.Accept()
	if err != nil {
		t.Error(err)
		return
	}
	fmt.Fprint(far, "hello")
	far.Close()
	f, err := near.(*net.TCPConn).File()
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	if _, _, err := to.WriteMsgUnix([]byte("{}\n"), unix.UnixRights(int(f.Fd())), nil); err != nil {
		t.Error(err)
	}
}

func TestDialHandsTheSocketOver(t *testing.T) {
	b := short(t)
	door(t, b, "")
	c, err := b.dial(t.Context(), "tcp", "10.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if text, err := io.ReadAll(c); err != nil || string(text) != "hello" {
		t.Errorf("got %q, %v", text, err)
	}
	if _, ok := c.(*net.TCPConn); !ok {
		t.Errorf("got a %T", c)
	}
}

func TestDialErrorsAreThoseOfALocalDial(t *testing.T) {
	for reason, want := range map[string]error{
		"refused": syscall.ECONNREFUSED, "timeout": os.ErrDeadlineExceeded, "unreachable": syscall.EHOSTUNREACH,
	} {
		b := short(t)
		door(t, b, `{"error":"`+reason+`","message":"words"}`)
		_, err := b.dial(t.Context(), "tcp", "10.0.0.1:80")
		var op *net.OpError
		if !errors.As(err, &op) || op.Net != "tcp" || !errors.Is(err, want) {
			t.Errorf("%s: got %v", reason, err)
		}
	}
}

func TestDialWithoutSandboxSaysThatTheWayInIsMissing(t *testing.T) {
	_, err := short(t).dial(t.Context(), "tcp", "10.0.0.1:80")
	var op *net.OpError
	if !errors.As(err, &op) || op.Net != "unix" {
		t.Errorf("got %v", err)
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	b := short(t)
	door(t, b, "silence")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := b.dial(ctx, "tcp", "10.0.0.1:80"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestShellRequest(t *testing.T) {
	b := short(t, "PATH=/opt/bin:/bin", "TERM=xterm", "HTTPS_PROXY=http://proxy", "KUBECONFIG=/mine", "LC_ALL=C", EnterVariable+"=old")
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
	want := map[string]string{"PATH": "/opt/bin:/bin", "TERM": "xterm", "LC_ALL": "C",
		"GATEWAY_IP": "172.18.255.200", "PS1": `gatedrill shop \W \$ `}
	if !maps.Equal(req.Env, want) || req.Socket != b.shellSocket() || req.Dir != b.dir {
		t.Errorf("request %+v", req)
	}
	lab := cluster.Shell{Prompt: "gatedrill lab shop", Dir: "/home/me/shell/shop"}
	if got := b.shellEnv(lab)["PS1"]; got != `gatedrill lab shop \$ ` {
		t.Errorf("prompt in a lab's own directory: %q", got)
	}
}

func TestShellFindsThisProgram(t *testing.T) {
	for given, want := range map[string]string{"PATH=/usr/bin": "/usr/bin:/bin", "PATH=/bin:/usr/bin": "/bin:/usr/bin", "X=": "/bin"} {
		if got := short(t, given).shellEnv(cluster.Shell{})["PATH"]; got != want { // this program is /bin/gatedrill
			t.Errorf("%s: PATH is %q, want %q", given, got, want)
		}
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
