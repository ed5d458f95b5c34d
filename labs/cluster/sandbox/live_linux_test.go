package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
)

// inside runs a command in the sandbox and returns what it said, also when a
// test cleans up.
func inside(t *testing.T, h *cluster.Handle, command ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	cmd, err := h.Shell(ctx, cluster.Shell{Command: command, Dir: "/"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

func must(t *testing.T, h *cluster.Handle, command ...string) string {
	t.Helper()
	out, err := inside(t, h, command...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
	return out
}

// within repeats a check until it holds or time is up.
func within(t *testing.T, d time.Duration, what string, check func() (string, bool)) time.Duration {
	t.Helper()
	began := time.Now()
	for {
		got, ok := check()
		if ok {
			return time.Since(began)
		}
		if time.Since(began) > d {
			t.Fatalf("%s: not within %s; last: %s", what, d, got)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// get asks the address for a host, as an outside client would.
func get(ctx context.Context, h *cluster.Handle, address, host, path string) (string, int, error) {
	return ask(ctx, h, address, http.MethodGet, host, path)
}

// ask is get with a method.
func ask(ctx context.Context, h *cluster.Handle, address, method, host, path string) (string, int, error) {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return h.Dial(ctx, network, address)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+host+path, nil)
	if err != nil {
		return "", 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err.Error(), 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), resp.StatusCode, err
}

// world applies the test's objects and returns the two gateways' addresses
// once both answer.
func world(t *testing.T, h *cluster.Handle) (classic, gwapi string) {
	t.Helper()
	file, err := filepath.Abs("testdata/live.yaml")
	if err != nil {
		t.Fatal(err)
	}
	must(t, h, "kubectl", "apply", "-f", file)
	classic = address(t, h, "istio-system", "istio-ingressgateway")
	gwapi = address(t, h, "sandbox-live", "gw-istio")
	for host, addr := range map[string]string{"classic.live.example.com": classic, "gwapi.live.example.com": gwapi} {
		took := within(t, 60*time.Second, "200 for "+host, func() (string, bool) {
			body, code, err := get(t.Context(), h, addr, host, "/hello")
			return body, err == nil && code == http.StatusOK && strings.Contains(body, `"/hello"`)
		})
		t.Logf("200 for %s after %s", host, took.Round(time.Millisecond))
	}
	return classic, gwapi
}

// address waits for the address of a Service and returns it with port 80.
func address(t *testing.T, h *cluster.Handle, namespace, service string) string {
	t.Helper()
	addr := ""
	within(t, 30*time.Second, "address of "+service, func() (string, bool) {
		out, err := inside(t, h, "kubectl", "-n", namespace, "get", "svc", service, "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}")
		addr = strings.TrimSpace(out)
		return out, err == nil && net.ParseIP(addr) != nil
	})
	return net.JoinHostPort(addr, "80")
}

func TestLiveRunbook(t *testing.T) {
	h := sandboxtest.Up(t)
	began := time.Now()
	classic, _ := world(t, h)
	host, _, _ := net.SplitHostPort(classic)
	for _, c := range []struct{ command, want string }{
		{"kubectl get svc,pod -n istio-system", "service/istio-ingressgateway"},
		{"kubectl get gateways.networking.istio.io,virtualservice -A", "classic.live.example.com"},
		{"kubectl get gateway,httproute -A", "gwapi.live.example.com"},
		{"kubectl get gatewayclass", "istio.io/gateway-controller"},
		{"kubectl version", "Server Version: v1.36.1"},
		{"kubectl logs -n istio-system deploy/istiod --tail=5", "info"},
		{"kubectl exec -n sandbox-live deploy/echo -- cat /etc/hostname", "echo-"},
		{"istioctl version", "control plane version: 1.31.0"},
		{"istioctl proxy-status", "istio-ingressgateway-"},
		{"istioctl proxy-config listeners deploy/istio-ingressgateway -n istio-system", "http.8080"},
		{"istioctl proxy-config routes deploy/istio-ingressgateway -n istio-system", "classic.live.example.com"},
		{"istioctl proxy-config clusters deploy/istio-ingressgateway -n istio-system", "echo.sandbox-live.svc.cluster.local"},
		{"istioctl proxy-config endpoints deploy/istio-ingressgateway -n istio-system", "HEALTHY"},
		{"istioctl proxy-config secret deploy/istio-ingressgateway -n istio-system", "ACTIVE"},
		{"istioctl proxy-config routes deploy/gw-istio -n sandbox-live", "gwapi.live.example.com"},
		{"istioctl analyze -n sandbox-live", "IST0102"},
		{"curl -sv --resolve classic.live.example.com:80:" + host + " http://classic.live.example.com/curl", "< HTTP/1.1 200 OK"},
		{"openssl s_client -connect kubernetes.default.svc:443 -servername kubernetes </dev/null", "CONNECTED"},
	} {
		t.Run(c.command, func(t *testing.T) {
			out, err := inside(t, h, "sh", "-c", c.command)
			if err != nil || !strings.Contains(out, c.want) {
				t.Errorf("%v, want %q in\n%s", err, c.want, out)
			}
			if strings.Contains(out, "was registered multiple times") {
				t.Errorf("noise in the output:\n%s", out)
			}
		})
	}
	if out, err := inside(t, h, "sh", "-c", "exit 7"); err == nil || !strings.Contains(err.Error(), "7") {
		t.Errorf("the exit code is lost: %v %s", err, out)
	}
	noRejects(t, h, began)
}

// noRejects fails when a proxy refused what istiod sent since then: a stock
// Envoy was asked for something that only Istio's own has. What came before
// may be a lab's fault.
func noRejects(t *testing.T, h *cluster.Handle, since time.Time) {
	t.Helper()
	for line := range strings.Lines(must(t, h, "kubectl", "-n", "istio-system", "logs", "deploy/istiod", "--since-time="+since.UTC().Format(time.RFC3339))) {
		if strings.Contains(line, "ACK ERROR") {
			t.Errorf("a proxy rejected its configuration: %s", line)
		}
	}
}

func TestLiveAccessLogIsThereSoon(t *testing.T) {
	h := sandboxtest.Up(t)
	classic, _ := world(t, h)
	path := "/log-" + strings.ReplaceAll(time.Now().Format("150405.000"), ".", "-")
	if _, code, err := get(t.Context(), h, classic, "classic.live.example.com", path); err != nil || code != http.StatusOK {
		t.Fatal(code, err)
	}
	took := within(t, 700*time.Millisecond, "access log of "+path, func() (string, bool) {
		out := must(t, h, "kubectl", "-n", "istio-system", "logs", "deploy/istio-ingressgateway", "--since=10s")
		for line := range strings.Lines(out) {
			if strings.Contains(line, `"GET `+path+` HTTP/1.1" 200 - via_upstream`) {
				t.Log(line)
				return "", true
			}
		}
		return out, false
	})
	t.Logf("in the log %s after the answer", took.Round(time.Millisecond))
}

func TestLiveDialErrors(t *testing.T) {
	h := sandboxtest.Up(t)
	var dns *net.DNSError
	if _, err := h.Dial(t.Context(), "tcp", "10.96.0.10:9"); !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.EHOSTUNREACH) {
		t.Errorf("a closed port: %v", err)
	}
	if _, err := h.Dial(t.Context(), "tcp", "nosuch.example.org:80"); !errors.As(err, &dns) {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestLiveEgressGatewayOnDemand(t *testing.T) {
	h := sandboxtest.Up(t)
	if err := h.Egress(t.Context()); err != nil {
		t.Fatal(err)
	}
	out := must(t, h, "istioctl", "proxy-status")
	if !strings.Contains(out, "istio-egressgateway-") {
		t.Errorf("the egress gateway is not connected:\n%s", out)
	}
	began := time.Now()
	if err := h.Egress(t.Context()); err != nil {
		t.Error(err)
	}
	t.Logf("asked for again: %s", time.Since(began).Round(time.Millisecond))
	must(t, h, "kubectl", "-n", "istio-system", "delete", "deploy/istio-egressgateway", "svc/istio-egressgateway")
}

// An image without a program ends in an event that says how to give it one,
// and that works.
func TestLiveOwnProgram(t *testing.T) {
	h, b := sandboxtest.Up(t), sandboxtest.Backend(t)
	const image = "example.com/sandbox-live/own:v1"
	if err := b.RemoveProgram(image); err != nil && !errors.Is(err, sandbox.ErrNoProgram) {
		t.Fatal(err)
	}
	must(t, h, "kubectl", "delete", "pod", "own", "--ignore-not-found", "--now")
	must(t, h, "kubectl", "run", "own", "--image="+image, "--restart=Never")
	within(t, 30*time.Second, "the event", func() (string, bool) {
		out := must(t, h, "kubectl", "describe", "pod", "own")
		return out, strings.Contains(out, "gatedrill sandbox program add "+image+"=PATH")
	})
	script := filepath.Join(t.TempDir(), "own.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"I am $1\"; cat /srv/page\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(t.TempDir(), "page")
	if err := os.WriteFile(page, []byte("the page\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	own := sandbox.OwnProgram{Path: script, Args: []string{"own"}, Files: []sandbox.PodFile{{Host: page, Pod: "/srv/page"}}}
	if err := b.AddProgram(image, own); err != nil {
		t.Fatal(err)
	}
	must(t, h, "kubectl", "delete", "pod", "own", "--now")
	must(t, h, "kubectl", "run", "own", "--image="+image, "--restart=Never")
	within(t, 30*time.Second, "the program's words", func() (string, bool) {
		out, _ := inside(t, h, "kubectl", "logs", "own")
		return out, strings.Contains(out, "I am own") && strings.Contains(out, "the page")
	})
	must(t, h, "kubectl", "delete", "pod", "own", "--now")
}

// A learner's shell is a real terminal: it has a size, follows a change of it,
// and gives its exit code back.
func TestLiveShellOnATerminal(t *testing.T) {
	h := sandboxtest.Up(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd, err := h.Shell(ctx, cluster.Shell{Prompt: "gatedrill live", Env: map[string]string{"GATEWAY_IP": "192.0.2.1"}, Dir: "/"})
	if err != nil {
		t.Fatal(err)
	}
	term, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 101, Rows: 31})
	if err != nil {
		t.Fatal(err)
	}
	defer term.Close()
	var screen bytes.Buffer
	read := make(chan []byte)
	go func() {
		defer close(read)
		for {
			buf := make([]byte, 4096)
			n, err := term.Read(buf)
			if err != nil {
				return
			}
			read <- buf[:n]
		}
	}()
	expect := func(typed, want string) {
		t.Helper()
		screen.Reset()
		if _, err := io.WriteString(term, typed); err != nil {
			t.Fatal(err)
		}
		for !strings.Contains(screen.String(), want) {
			select {
			case b, open := <-read:
				if !open {
					t.Fatalf("the shell ended; want %q in %q", want, screen.String())
				}
				screen.Write(b)
			case <-ctx.Done():
				t.Fatalf("want %q in %q", want, screen.String())
			}
		}
	}
	expect("", "gatedrill live / ")
	expect("stty size\n", "31 101")
	if err := pty.Setsize(term, &pty.Winsize{Cols: 77, Rows: 22}); err != nil {
		t.Fatal(err)
	}
	expect("sleep 0.2; stty size\n", "22 77")
	expect("echo $GATEWAY_IP-$(kubectl get ns istio-system -o name)\n", "192.0.2.1-namespace/istio-system")
	// The words come from the program that is to be ended, so that it runs.
	expect("sh -c 'echo r\"\"uns; exec sleep 100'\n", "runs")
	expect("\x03", "gatedrill live / ") // Ctrl-C ends the command, not the shell
	expect("exit 7\n", "exit")
	for range read { // until the terminal closes
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("exit: %v", err)
	}
}

func TestLiveTwoStartsMeetInOneSandbox(t *testing.T) {
	b := sandboxtest.Backend(t)
	if err := b.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for range 2 {
		go func() {
			h, err := b.Up(t.Context(), nil)
			if err == nil {
				_, err = h.Dial(t.Context(), "tcp", "kubernetes.default.svc.cluster.local:443")
			}
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	first := must(t, sandboxtest.Up(t), "readlink", "/proc/self/ns/user")
	if second := must(t, sandboxtest.Up(t), "readlink", "/proc/self/ns/user"); first != second {
		t.Errorf("two sandboxes: %s and %s", first, second)
	}
}

// Whatever kills the sandbox, the next start finds everything as it was.
func TestLiveKilledAndStartedAgain(t *testing.T) {
	h := sandboxtest.Up(t)
	classic, _ := world(t, h)
	b := sandboxtest.Backend(t)
	s, err := b.Status(t.Context())
	if err != nil || s.State != cluster.Ready {
		t.Fatalf("%+v, %v", s, err)
	}
	t.Logf("%d MiB of anonymous memory in %d processes", s.Anonymous>>20, s.Processes)
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	within(t, 5*time.Second, "the end of the sandbox", func() (string, bool) {
		_, err := b.Attach(t.Context())
		return "", errors.Is(err, cluster.ErrNotRunning)
	})
	if s, err = b.Status(t.Context()); err != nil || s.State != cluster.Failed {
		t.Errorf("after the kill: %+v, %v", s, err)
	}
	began := time.Now()
	h = sandboxtest.Up(t)
	within(t, 60*time.Second, "200 after the kill", func() (string, bool) {
		body, code, err := get(t.Context(), h, classic, "classic.live.example.com", "/again")
		return body, err == nil && code == http.StatusOK && strings.Contains(body, `"/again"`)
	})
	t.Logf("200 again %s after the start, data kept", time.Since(began).Round(10*time.Millisecond))
	noRejects(t, h, began)
}
