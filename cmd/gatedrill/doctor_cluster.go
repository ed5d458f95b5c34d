package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/hostshell"
	"github.com/gatedrill/gatedrill/labs/cluster/kind"
	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
)

// onSandbox says whether labs run in the sandbox, as far as is known.
func onSandbox(e *env) bool {
	c, err := e.choice()
	return err == nil && c.Backend == backendSandbox
}

// lookAtChoice looks at the cluster that labs run in, and starts nothing.
func lookAtChoice(ctx context.Context, e *env) []cluster.Finding {
	const what = "where labs run"
	c, err := e.choice()
	if err != nil {
		return []cluster.Finding{broken(what, err, "choose again: gatedrill cluster use sandbox|kind, or --context NAME")}
	}
	b, err := e.make(c)
	if err != nil {
		return []cluster.Finding{broken(what, err, "run gatedrill from a file")}
	}
	defer b.Close()
	s := b.State(ctx)
	f := cluster.Finding{What: what, State: cluster.OK, Saw: strings.TrimSuffix(s.Name+": "+s.State+", "+firstOf(s.Detail), ", ")}
	switch s.State {
	case cluster.Starting:
		f.State, f.Next = cluster.Note, "wait for it: gatedrill cluster status"
	case cluster.Failed, cluster.Foreign:
		f.State, f.Next = cluster.Missing, s.Next
	case cluster.Off:
		f.State, f.Next = cluster.Note, "starting a lab starts it; so does: gatedrill cluster up"
	case cluster.Ready:
		if sb, ok := b.(*sandbox.Backend); ok {
			return []cluster.Finding{answering(ctx, f, sb)}
		}
	}
	return []cluster.Finding{f}
}

func firstOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// answering has the sandbox's API server answer: the other backends ask theirs
// by themselves.
func answering(ctx context.Context, f cluster.Finding, b *sandbox.Backend) cluster.Finding {
	const within = 5 * time.Second
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	h, err := b.Attach(ctx)
	if err == nil {
		_, err = h.Identity(ctx)
	}
	if err != nil {
		return broken(f.What, fmt.Errorf("the sandbox says that it is ready, and does not answer: %w", err),
			"start it again: gatedrill sandbox stop && gatedrill sandbox start; its log: gatedrill sandbox logs")
	}
	f.Saw += fmt.Sprintf("; it answered after %d ms", time.Since(began).Milliseconds())
	if s, err := b.Status(ctx); err == nil && s.Outdated {
		f.State, f.Next = cluster.Note, "its programs were renewed since; start it again: gatedrill sandbox stop && gatedrill sandbox start"
	}
	return f
}

// lookAtNamespaces asks the system whether it allows what the sandbox does.
func lookAtNamespaces(ctx context.Context, _ *env) []cluster.Finding {
	const what = "namespaces"
	exe, err := os.Executable()
	if err != nil {
		return []cluster.Finding{broken(what, err, "run gatedrill from a file")}
	}
	var out []cluster.Finding
	for _, p := range sandbox.Preflight(ctx, []string{exe, "sandbox"}) {
		out = append(out, cluster.Finding{What: p.Setting, State: cluster.Missing, Saw: p.What, Next: p.Fix})
	}
	if out == nil {
		out = append(out, cluster.Finding{What: what, State: cluster.OK, Saw: "this system lets you make your own"})
	}
	return out
}

// lookAtPrograms looks at what the sandbox is made of.
func lookAtPrograms(ctx context.Context, e *env) []cluster.Finding {
	_, source, err := programSource(e)
	if err != nil {
		return []cluster.Finding{broken("programs of the sandbox", err, "run gatedrill from a file")}
	}
	return source.Look(ctx)
}

func lookAtEngine(ctx context.Context, e *env) []cluster.Finding {
	const what = "container engine"
	c, _ := e.choice() // what is wrong with it is told elsewhere
	if err := kind.Engine(ctx, c.Kind.Engine); err != nil {
		return []cluster.Finding{broken(what, err, "start Docker, Podman or nerdctl; only kind clusters need it")}
	}
	return []cluster.Finding{{What: what, State: cluster.OK, Saw: "one answers"}}
}

// lookAtTools looks at what a learner's shell outside the sandbox needs.
func lookAtTools(ctx context.Context, e *env) []cluster.Finding {
	_, source, err := programSource(e)
	if err != nil {
		return []cluster.Finding{broken("kubectl and istioctl", err, "run gatedrill from a file")}
	}
	path := strings.Join(append([]string{source.Dir, source.Given}, filepath.SplitList(e.Getenv("PATH"))...), string(os.PathListSeparator))
	var out []cluster.Finding
	for _, t := range hostshell.Tools() {
		if t.Version == nil {
			continue // named among what everybody needs
		}
		f := cluster.Finding{What: t.Name + " of a shell", State: cluster.OK, Saw: "of a version that fits"}
		if err := t.Look(ctx, path); err != nil {
			f = broken(f.What, err, "the sandbox brings its own; other clusters need it on PATH: "+t.Get)
		}
		out = append(out, f)
	}
	return out
}

// lookAtContexts reads the person's kubeconfig, and asks no cluster.
func lookAtContexts(e *env) cluster.Finding {
	f := cluster.Finding{What: "kubeconfig", State: cluster.OK}
	files, err := (&contextChoice{}).files(e)
	if err != nil {
		return broken(f.What, err, "name it: export KUBECONFIG=FILE")
	}
	targets, err := kubecontext.Targets(files)
	if err != nil {
		return broken(f.What, err, "see what kubectl says: kubectl config view")
	}
	f.Saw = fmt.Sprintf("%s in %s; their clusters were not asked", count(len(targets), "context"), strings.Join(files, ", "))
	if len(targets) == 0 {
		f.State, f.Saw, f.Next = cluster.Note, "no context in "+strings.Join(files, ", ")+"; only a cluster that you have needs one", "look at another file: export KUBECONFIG=FILE"
	}
	return f
}
