package kind

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	kindcluster "sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/log"
)

// ErrNoEngine is returned where no container engine can be used.
var ErrNoEngine = errors.New("no container engine answers")

// engines are the container engines that kind knows, in its order.
var engines = []string{"docker", "nerdctl", "podman"}

// answersWithin bounds how long an engine may take to say that it is there.
const answersWithin = 10 * time.Second

// engine is the command of a container engine.
type engine struct{ name string }

// findEngine returns the engine that is asked for, else the first that
// answers. The error names each one and why it will not do.
func findEngine(ctx context.Context, asked string) (engine, error) {
	list := engines
	if asked != "" {
		if !slices.Contains(engines, asked) {
			return engine{}, fmt.Errorf("container engine %q: want docker, nerdctl or podman", asked)
		}
		list = []string{asked}
	}
	var reasons []string
	for _, name := range list {
		if _, err := exec.LookPath(name); err != nil {
			reasons = append(reasons, name+": not on PATH")
			continue
		}
		e := engine{name}
		_, err := e.run(ctx, answersWithin, "info")
		if err == nil {
			return e, nil
		}
		if ctx.Err() != nil {
			return engine{}, ctx.Err()
		}
		reasons = append(reasons, name+": "+err.Error())
	}
	return engine{}, fmt.Errorf("%w: %s\nstart one, or install Docker (https://docs.docker.com/engine/install)", ErrNoEngine, strings.Join(reasons, "; "))
}

// Engine returns why no container engine can be used; nil when one can. An
// empty name means the first that answers.
func Engine(ctx context.Context, name string) error {
	_, err := findEngine(ctx, name)
	return err
}

// provider is kind's own, for this engine.
func (e engine) provider(l log.Logger) *kindcluster.Provider {
	o := kindcluster.ProviderWithDocker()
	switch e.name {
	case "nerdctl":
		o = kindcluster.ProviderWithNerdctl("nerdctl")
	case "podman":
		o = kindcluster.ProviderWithPodman()
	}
	return kindcluster.NewProvider(o, kindcluster.ProviderWithLogger(l))
}

// run runs one command of the engine and returns what it printed. Its error
// ends in the engine's own last line.
func (e engine) run(ctx context.Context, within time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("no answer within %s", within))
	defer cancel()
	cmd := exec.CommandContext(ctx, e.name, args...)
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if why := context.Cause(ctx); why != nil {
			return "", fmt.Errorf("%s %s: %w", e.name, args[0], why)
		}
		return "", fmt.Errorf("%s %s: %w: %s", e.name, args[0], err, lastLine(errs.String()))
	}
	return out.String(), nil
}

// has says whether the engine holds an image.
func (e engine) has(ctx context.Context, image string) bool {
	_, err := e.run(ctx, answersWithin, "image", "inspect", image)
	return err == nil
}

// runs says whether a container runs.
func (e engine) runs(ctx context.Context, container string) (bool, error) {
	out, err := e.run(ctx, answersWithin, "inspect", "--format", "{{.State.Running}}", container)
	return strings.TrimSpace(out) == "true", err
}

// read returns a small file of a container, which need not run; "" when there
// is no such file.
func (e engine) read(ctx context.Context, container, path string) (string, error) {
	out, err := e.run(ctx, answersWithin, "cp", container+":"+path, "-")
	if err != nil && (strings.Contains(err.Error(), "Could not find") || strings.Contains(err.Error(), "no such file") || strings.Contains(err.Error(), "No such file")) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	t := tar.NewReader(strings.NewReader(out))
	if _, err := t.Next(); err != nil {
		return "", fmt.Errorf("read %s of %s: %w", path, container, err)
	}
	text, err := io.ReadAll(io.LimitReader(t, 64<<10))
	if err != nil {
		return "", fmt.Errorf("read %s of %s: %w", path, container, err)
	}
	return string(text), nil
}

// pull gets an image, telling the engine's own progress. kind would do it
// too, but cannot be told to stop.
func (e engine) pull(ctx context.Context, image string, say func(string)) error {
	cmd := exec.CommandContext(ctx, e.name, "pull", image)
	cmd.WaitDelay = time.Second
	lines := &lineWriter{said: func(l string) { say("image " + image + ": " + l) }}
	cmd.Stdout, cmd.Stderr = lines, lines
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("pull image %s: %w: %s", image, err, lines.last)
	}
	return nil
}

// lineWriter hands on what is written line by line and keeps the last.
type lineWriter struct {
	said func(string)
	rest string
	last string
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest += string(p)
	for {
		line, rest, found := strings.Cut(w.rest, "\n")
		if !found {
			return len(p), nil
		}
		w.rest = rest
		if line = strings.TrimSpace(line); line != "" {
			w.last = line
			w.said(line)
		}
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
