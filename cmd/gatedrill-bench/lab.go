//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/cmd/internal/terminal"
	"github.com/gatedrill/gatedrill/labs"
)

// The lab that is measured, and what its goal looks like on screen.
const (
	benchLab  = "shop-is-gone"
	goalGreen = "✓ the shop answers"
	goalRed   = "✗ the shop answers"
)

// limits are what a lab is to reach on a backend.
type limits struct{ start, reset, green time.Duration }

// measureLab measures a lab on a running sandbox: its start, from a fix in
// the API to the goal's green on screen, and its reset.
func measureLab(ctx context.Context, b *bench) (rows []row, err error) {
	w, err := newSandboxWorld(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.backend.Down(context.WithoutCancel(ctx))) }()
	fmt.Fprintln(b.log, "  the sandbox, and the world that labs share")
	return w.lab(ctx, limits{start: 2 * time.Second, reset: 1500 * time.Millisecond, green: 200 * time.Millisecond})
}

// lab measures a lab on the world's cluster.
func (w *world) lab(ctx context.Context, want limits) ([]row, error) {
	for _, args := range [][]string{{"cluster", "up"}, {"lab", "start", benchLab}, {"lab", "reset"}} {
		if _, err := w.gatedrill(ctx, "", args...); err != nil {
			return nil, err
		}
	}
	var begin, reset []time.Duration
	for i := range w.b.runs {
		fmt.Fprintf(w.b.log, "  lab start and reset %d of %d\n", i+1, w.b.runs)
		for _, m := range []struct {
			args []string
			into *[]time.Duration
		}{{[]string{"lab", "start", benchLab}, &begin}, {[]string{"lab", "reset"}, &reset}} {
			took, err := w.gatedrill(ctx, "", m.args...)
			if err != nil {
				return nil, err
			}
			*m.into = append(*m.into, took)
		}
	}
	rows := []row{
		timed("lab start on a running "+w.backend.Name()+", until broken is seen", want.start, begin),
		timed("reset, until the objects are as before", want.reset, reset),
	}
	more, err := w.onScreen(ctx, want.green)
	return append(more, rows...), err
}

// onScreen breaks and mends the lab again and again while it is watched.
func (w *world) onScreen(ctx context.Context, want time.Duration) (rows []row, err error) {
	if _, err := w.gatedrill(ctx, "", "lab", "start", benchLab); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, w.b.binary)
	cmd.Env = w.env
	screen, err := terminal.Start(cmd, 120, 40)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, screen.Close()) }()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if err := screen.WaitFor(ctx, "Continue"); err != nil {
		return nil, err
	}
	// The lab in progress stands below what is due.
	if err := screen.Type("\x1b[B\r"); err != nil {
		return nil, err
	}
	var green []time.Duration
	for range w.b.runs {
		took, err := w.flip(ctx, screen)
		if err != nil {
			return nil, err
		}
		green = append(green, took)
	}
	memory, err := memoryOf(screen.Pid())
	if err != nil {
		return nil, err
	}
	fix := timed("fix in the API to goal green on screen", want, green)
	fix.Tail = true
	return []row{fix, sampled("memory of the light program in a lab (anonymous)", 60, "MiB", []float64{memory})}, nil
}

// flip breaks the route, sees red, mends it, and returns how long the green
// took from the moment the API had taken the fix.
func (w *world) flip(ctx context.Context, screen *terminal.Screen) (time.Duration, error) {
	if err := w.setHost(ctx, "shop.exmaple.com"); err != nil {
		return 0, err
	}
	if err := screen.WaitFor(ctx, goalRed); err != nil {
		return 0, err
	}
	if err := w.setHost(ctx, "shop.example.com"); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := screen.WaitFor(ctx, goalGreen); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

func (w *world) setHost(ctx context.Context, host string) error {
	h, err := w.backend.Attach(ctx)
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(h.REST)
	if err != nil {
		return err
	}
	_, err = client.Resource(schema.GroupVersionResource{Group: "networking.istio.io", Version: "v1", Resource: "virtualservices"}).
		Namespace(labs.NamespacePrefix+"shop").Patch(ctx, "shop", types.MergePatchType, fmt.Appendf(nil, `{"spec":{"hosts":[%q]}}`, host), metav1.PatchOptions{})
	return err
}

// memoryOf is the anonymous memory of a process in MiB: what it takes from
// the machine, its program's file left out.
func memoryOf(pid int) (float64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, fmt.Errorf("read a process's memory: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read from
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "Anonymous:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, errors.New("read a process's memory: no line says Anonymous")
}
