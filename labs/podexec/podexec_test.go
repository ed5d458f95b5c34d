package podexec

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"

	"github.com/google/go-cmp/cmp"
)

// kubelet is the far end: it speaks SPDY only, and runs commands by name.
func kubelet(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/v1/namespaces/w/pods/client/exec" {
		http.NotFound(w, r)
		return
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), spdy.HeaderSpdy31) {
		http.Error(w, "SPDY only", http.StatusBadRequest)
		return
	}
	if _, err := httpstream.Handshake(r, w, []string{"v4.channel.k8s.io"}); err != nil {
		return
	}
	streams := make(chan httpstream.Stream, 8)
	conn := spdy.NewResponseUpgrader().UpgradeResponse(w, r, func(s httpstream.Stream, _ <-chan struct{}) error {
		streams <- s
		return nil
	})
	if conn == nil {
		return
	}
	defer conn.Close()
	by := map[string]httpstream.Stream{}
	for len(by) < 4 {
		select {
		case s := <-streams:
			by[s.Headers().Get("streamType")] = s
		case <-time.After(5 * time.Second):
			return
		}
	}
	status := run(r.URL.Query()["command"], by, conn.CloseChan())
	json.NewEncoder(by["error"]).Encode(status)
	for _, s := range by {
		s.Close()
	}
	select { // the client hangs up when it has read all
	case <-conn.CloseChan():
	case <-time.After(5 * time.Second):
	}
}

// run plays a few programs.
func run(command []string, by map[string]httpstream.Stream, gone <-chan bool) metav1.Status {
	exit := func(code, text string) metav1.Status {
		return metav1.Status{Status: metav1.StatusFailure, Reason: "NonZeroExitCode", Message: text,
			Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: "ExitCode", Message: code}}}}
	}
	switch command[0] {
	case "cat":
		text, _ := io.ReadAll(by["stdin"])
		by["stdout"].Write(text)
	case "fail":
		io.WriteString(by["stderr"], "failed: "+command[1])
		return exit("3", "command terminated with exit code 3")
	case "shell":
		io.WriteString(by["stderr"], "sh: x: not found")
		return exit("127", "command terminated with exit code 127")
	case "long":
		by["stdout"].Write(make([]byte, 2*maxOutput))
	case "hang":
		<-gone
	default:
		return metav1.Status{Status: metav1.StatusFailure, Message: `exec: "` + command[0] + `": executable file not found in $PATH`}
	}
	return metav1.Status{Status: metav1.StatusSuccess}
}

func runner(t *testing.T, change func(*rest.Config)) *Runner {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(kubelet))
	t.Cleanup(srv.Close)
	base, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	cfg := &rest.Config{Host: srv.URL}
	change(cfg)
	return New(cfg, base)
}

// TestRun runs over the config's own dialer, and over WebSocket that is
// refused and falls back to SPDY.
func TestRun(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*rest.Config){
		"fallback":            func(*rest.Config) {},
		"a dialer of its own": func(c *rest.Config) { c.Dial = new(net.Dialer).DialContext },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runner(t, change)
			c := Container{"w", "client", "app"}
			tests := []struct {
				name    string
				command []string
				want    Output
				missing bool
			}{
				{"input and output", []string{"cat"}, Output{Stdout: []byte("hello")}, false},
				{"an exit code is no error", []string{"fail", "why"}, Output{Stderr: []byte("failed: why"), Code: 3}, false},
				{"no such program", []string{"other"}, Output{}, true},
				{"a shell that finds none", []string{"shell"}, Output{}, true},
				{"output without end", []string{"long"}, Output{Stdout: make([]byte, maxOutput)}, false},
			}
			for _, tt := range tests {
				got, err := r.Run(t.Context(), c, tt.command, []byte("hello"))
				if errors.Is(err, ErrNoCommand) != tt.missing || !tt.missing && err != nil {
					t.Errorf("%s: %v", tt.name, err)
				}
				if string(got.Stdout) != string(tt.want.Stdout) || !cmp.Equal(string(got.Stderr), string(tt.want.Stderr)) || got.Code != tt.want.Code {
					t.Errorf("%s: %d bytes, %q, %d", tt.name, len(got.Stdout), got.Stderr, got.Code)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if _, err := r.Run(ctx, c, []string{"hang"}, nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a command that hangs: %v", err)
			}
			if _, err := r.Run(t.Context(), Container{"w", "gone", "app"}, []string{"cat"}, nil); err == nil || errors.Is(err, ErrNoCommand) {
				t.Errorf("a pod that is gone: %v", err)
			}
		})
	}
}
