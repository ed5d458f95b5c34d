package kind

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	kindcluster "sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/log"
)

// ErrNoEngine is returned where no container engine can be used.
var ErrNoEngine = errors.New("no container engine answers")

// Engines are the container engines that kind knows, in its order.
func Engines() []string { return []string{"docker", "nerdctl", "podman"} }

// answersWithin bounds how long an engine may take for a small thing.
const answersWithin = 15 * time.Second

// engine is the command of a container engine.
type engine struct{ name string }

// Engine returns why no container engine can be used; nil when one can. An
// empty name means the first that answers.
func Engine(ctx context.Context, name string) error {
	_, err := findEngine(ctx, name)
	return err
}

// findEngine returns the engine that is asked for, else the first that
// answers. The error names each one and why it will not do.
func findEngine(ctx context.Context, asked string) (engine, error) {
	list := Engines()
	if asked != "" {
		if err := (Settings{Engine: asked}).Check(); err != nil {
			return engine{}, err
		}
		list = []string{asked}
	}
	var reasons []string
	for _, name := range list {
		e := engine{name}
		err := e.answers(ctx)
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

// answers says why the engine cannot be used. A podman that is called docker
// is no Docker to kind (docker.IsAvailable), nor to us.
func (e engine) answers(ctx context.Context) error {
	if _, err := exec.LookPath(e.name); err != nil {
		return errors.New("not on PATH")
	}
	if e.name == "docker" {
		if out, err := e.run(ctx, answersWithin, "-v"); err != nil || !strings.HasPrefix(out, "Docker version") {
			return errors.New("it is another program of that name")
		}
	}
	_, err := e.run(ctx, answersWithin, "info")
	return err
}

// identity tells one engine of a name from another: a context or DOCKER_HOST
// may have changed since. It is "" where the engine does not say.
func (e engine) identity(ctx context.Context) string {
	out, err := e.run(ctx, answersWithin, "info", "--format", "{{.ID}}")
	if err != nil {
		return "" // podman has no such field
	}
	return strings.TrimSpace(out)
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

// Labels that kind gives to its containers (its providers' common.go).
const (
	clusterLabel = "io.x-k8s.kind.cluster"
	roleLabel    = "io.x-k8s.kind.role"
)

// container is what is asked of a node's container.
type container struct {
	Name  string
	State struct {
		Status string // running, paused, exited, created …
	}
	Config struct{ Labels map[string]string }
	Mounts []struct{ Source, Destination string }
}

// nodes returns the containers of a cluster's nodes, by name, whether they
// run or not.
func (e engine) nodes(ctx context.Context, name string) ([]container, error) {
	out, err := e.run(ctx, answersWithin, "ps", "-a", "--filter", "label="+clusterLabel+"="+name, "--format", "{{.Names}}")
	if err != nil {
		return nil, fmt.Errorf("list the nodes of kind cluster %s: %w", name, err)
	}
	names := strings.Fields(out)
	if len(names) == 0 {
		return nil, nil
	}
	slices.Sort(names)
	out, err = e.run(ctx, answersWithin, append([]string{"inspect"}, names...)...)
	if err != nil {
		return nil, fmt.Errorf("look at the nodes of kind cluster %s: %w", name, err)
	}
	var list []container
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return nil, fmt.Errorf("look at the nodes of kind cluster %s: %s inspect: %w", name, e.name, err)
	}
	for i := range list {
		list[i].Name = strings.TrimPrefix(list[i].Name, "/")
	}
	return list, nil
}

// remove deletes nodes.
func (e engine) remove(ctx context.Context, list []container) error {
	if len(list) == 0 {
		return nil
	}
	args := []string{"rm", "-f", "-v"}
	for _, c := range list {
		args = append(args, c.Name)
	}
	_, err := e.run(ctx, time.Minute, args...)
	return err
}

// has says whether the engine holds an image.
func (e engine) has(ctx context.Context, image string) bool {
	_, err := e.run(ctx, answersWithin, "image", "inspect", image)
	return err == nil
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
