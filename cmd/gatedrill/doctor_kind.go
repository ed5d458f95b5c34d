package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatedrill/gatedrill/labs/cluster/hostshell"
	"github.com/gatedrill/gatedrill/labs/cluster/kind"
)

// lookAtKind asks for a container engine, and for the tools that a learner's
// shell outside the sandbox needs. Where labs run in the sandbox, a lack of
// them is only noted.
func lookAtKind(ctx context.Context, e *env) []finding {
	lack := stateNote
	c, err := e.choice()
	if err == nil && c.Backend != backendSandbox {
		lack = stateMissing
	}
	f := finding{What: "container engine", State: stateOK, Saw: "one answers"}
	if err := kind.Engine(ctx, c.Kind.Engine); err != nil {
		f.State, f.Saw, f.Next = lack, firstLine(err), "start Docker, Podman or nerdctl; only kind clusters need it"
	}
	out := []finding{f}
	_, source, err := programSource(e)
	if err != nil {
		return out
	}
	path := strings.Join(append([]string{source.Dir, source.Given}, filepath.SplitList(e.Getenv("PATH"))...), string(os.PathListSeparator))
	for _, t := range hostshell.Tools() {
		if t.Version == nil {
			continue // named among what everybody needs
		}
		f := finding{What: t.Name, State: stateOK, Saw: "of a version that fits"}
		if err := t.Look(ctx, path); err != nil {
			f.State, f.Saw, f.Next = lack, err.Error(), "the sandbox brings its own; a kind cluster needs it on PATH"
		}
		out = append(out, f)
	}
	return out
}
