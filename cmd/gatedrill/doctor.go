package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

func doctorCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what cards and labs need on this machine",
		Long: `Looks for what cards and labs need on this machine and says how to get what is
missing. Nothing is changed, and nothing is waited for longer than half a minute.

  ok       it was seen to work
  note     it limits something, or will be got when it is needed
  missing  something that cards or labs need does not work
  unknown  it could not be looked at

What only other places for labs need than the one in use is marked as optional.

Exit codes: 0 all that is needed works; 1 something needed is missing or unknown.`,
		Args: cobra.NoArgs,
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		found := examine(c.Context(), looks(e))
		if *asJSON {
			if err := writeJSON(e.Stdout, found); err != nil {
				return err
			}
		} else {
			printFindings(e.Stdout, found)
		}
		if slices.ContainsFunc(found, cluster.Finding.Stops) {
			return fail(exitFailed, nil)
		}
		return nil
	}
	return c
}

// examination is one thing that doctor looks at.
type examination struct {
	what     string // when it does not come to an end
	within   time.Duration
	optional bool // nothing that was chosen needs it
	see      func(context.Context) []cluster.Finding
}

// looks are all of them, in the order in which they are told.
func looks(e *env) []examination {
	const (
		soon = 5 * time.Second  // files and small programs
		long = 25 * time.Second // what is large, or far away
	)
	one := func(see func(*env) cluster.Finding) func(context.Context) []cluster.Finding {
		return func(context.Context) []cluster.Finding { return []cluster.Finding{see(e)} }
	}
	all := func(see func(context.Context, *env) []cluster.Finding) func(context.Context) []cluster.Finding {
		return func(ctx context.Context) []cluster.Finding { return see(ctx, e) }
	}
	now, err := e.choice()
	elsewhere := err == nil && now.Backend != backendSandbox
	return []examination{
		{"terminal", soon, false, all(lookAtTerminal)},
		{"editor and shell", soon, false, all(lookAtEditor)},
		{"clock", soon, false, all(lookAtClock)},
		{"data directory", soon, false, all(lookAtHome)},
		{"decks", soon, false, one(lookAtDecks)},
		{"card database", long, false, func(ctx context.Context) []cluster.Finding {
			return []cluster.Finding{lookAtDatabase(ctx, e.path("cards.db"))}
		}},
		{"labs", long, false, one(lookAtLabs)},
		{"where labs run", long, false, all(lookAtChoice)},
		{"programs of labs", soon, false, all(lookForTools)},
		{"namespaces", long, elsewhere, all(lookAtNamespaces)},
		{"programs of the sandbox", long, elsewhere, all(lookAtPrograms)},
		{"container engine", long, err != nil || now.Backend != backendKind, all(lookAtEngine)},
		{"kubectl and istioctl", soon, !elsewhere, all(lookAtTools)},
		{"kubeconfig", soon, err != nil || now.Backend != backendContext, one(lookAtContexts)},
	}
}

// examine looks at everything at once. Of a look that does not end in time
// nothing is known.
func examine(ctx context.Context, list []examination) []cluster.Finding {
	found := make([]chan []cluster.Finding, len(list))
	for i, l := range list {
		found[i] = make(chan []cluster.Finding, 1)
		go func() {
			ctx, cancel := context.WithTimeout(ctx, l.within)
			defer cancel()
			seen := make(chan []cluster.Finding, 1)
			go func() { seen <- l.see(ctx) }()
			select {
			case out := <-seen:
				found[i] <- out
			case <-ctx.Done():
				found[i] <- []cluster.Finding{{What: l.what, State: cluster.Unknown, Saw: fmt.Sprintf("the look did not end within %s", l.within),
					Next: "look again when the machine is less busy: gatedrill doctor"}}
			}
		}()
	}
	var out []cluster.Finding
	for i, l := range list {
		for _, f := range <-found[i] {
			f.Optional = f.Optional || l.optional
			out = append(out, f)
		}
	}
	return out
}

// printFindings prints a line for each finding, and what to do next.
func printFindings(w io.Writer, found []cluster.Finding) {
	for _, f := range found {
		optional := ""
		if f.Optional && f.State != cluster.OK {
			optional = " (optional)"
		}
		fmt.Fprintf(w, "%-8s %-18s %s%s\n", f.State, visible(f.What), visible(f.Saw), optional)
		if f.Next != "" {
			fmt.Fprintf(w, "%-8s %-18s → %s\n", "", "", visible(f.Next))
		}
	}
}

// broken is the finding of what does not work.
func broken(what string, err error, next string) cluster.Finding {
	return cluster.Finding{What: what, State: cluster.Missing, Saw: firstLine(err), Next: next}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
