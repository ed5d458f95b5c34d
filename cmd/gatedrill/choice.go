package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/kind"
	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
	"github.com/gatedrill/gatedrill/labs/note"
)

// The backends.
const (
	backendSandbox = "sandbox"
	backendKind    = "kind"
	backendContext = "context"
)

// backends lists them as `cluster list` does.
func backends() []string { return []string{backendSandbox, backendKind, backendContext} }

// choice is where labs run, as `cluster use` left it in cluster.json.
type choice struct {
	Backend string               `json:"backend"`
	Kind    kind.Settings        `json:"kind,omitzero"`
	Context kubecontext.Settings `json:"context,omitzero"`
}

func (e *env) choiceFile() string { return e.path("cluster.json") }

// defaultBackend is where labs run when nobody chose.
func defaultBackend() string {
	if runtime.GOOS != "linux" {
		return backendKind
	}
	return backendSandbox
}

// choice reads where labs run: what $GATEDRILL_BACKEND says, else what was
// chosen, else the sandbox on Linux and kind elsewhere.
func (e *env) choice() (choice, error) {
	c := choice{Backend: defaultBackend()}
	if _, err := note.Read(e.choiceFile(), &c); err != nil {
		return c, fmt.Errorf("read where labs run: %w (choose again: gatedrill cluster use sandbox|kind, or --context NAME)", err)
	}
	if b := e.Getenv("GATEDRILL_BACKEND"); b != "" {
		c.Backend = b
	}
	return c, c.check()
}

func (c choice) check() error {
	if !slices.Contains(backends(), c.Backend) {
		return usagef("backend %q: want sandbox, kind or context", c.Backend)
	}
	if err := c.Kind.Check(); err != nil {
		return usagef("%w", err)
	}
	return nil
}

// choose writes where labs run, as a whole.
func (e *env) choose(c choice) error {
	if err := c.check(); err != nil {
		return err
	}
	if err := note.Write(e.choiceFile(), c); err != nil {
		return fmt.Errorf("note where labs run: %w", err)
	}
	return nil
}

// chosenBackend makes the backend that labs run on.
func chosenBackend(e *env) (cluster.Backend, error) {
	c, err := e.choice()
	if err != nil {
		return nil, err
	}
	return e.make(c)
}

// make makes the backend of a choice.
func (e *env) make(c choice) (cluster.Backend, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Backend == backendSandbox {
		return newSandbox(e, "", "")
	}
	exe, source, err := programSource(e)
	if err != nil {
		return nil, err
	}
	tools := []string{source.Dir}
	if source.Given != "" {
		tools = append(tools, source.Given)
	}
	if c.Backend == backendContext {
		return newContext(e, c.Context, exe, tools), nil
	}
	if c.Kind.Engine == "" { // as kind's own program does
		c.Kind.Engine = e.Getenv("KIND_EXPERIMENTAL_PROVIDER")
	}
	return kind.New(kind.Options{
		Home: e.Home, Self: []string{exe}, Environ: os.Environ(), Settings: c.Kind, Keep: e.keep,
		App: source.App, Tools: tools, Now: e.Now,
	}), nil
}
