package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
)

// finding is what doctor says of one thing it looked at.
type finding struct {
	What  string `json:"what"`
	State string `json:"state"` // "ok", "note", "missing"
	Saw   string `json:"saw"`
	Next  string `json:"next,omitempty"` // the command or setting that mends it
}

// The states of a finding. A note limits something; missing stops something
// that gatedrill promises.
const (
	stateOK      = "ok"
	stateNote    = "note"
	stateMissing = "missing"
)

func doctorCommand(e *env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what cards and labs need on this machine",
		Long:  "Looks for what cards and labs need on this machine and says how to get what is missing.\nNothing is changed. Exit code 1 when something is missing.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			found := examine(c.Context(), e)
			if err := printFindings(e, found, asJSON); err != nil {
				return err
			}
			for _, f := range found {
				if f.State == stateMissing {
					return fail(exitFailed, nil)
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return c
}

func examine(ctx context.Context, e *env) []finding {
	var out []finding
	out = append(out, lookForTools(exec.LookPath)...)
	out = append(out, lookAtTerminal(e), lookAtHome(e))
	out = append(out, lookAtCards(ctx, e)...)
	out = append(out, lookAtSandbox(ctx, e)...)
	return append(out, lookAtKind(ctx, e)...)
}

// lookForTools names the programs that users are asked to have.
func lookForTools(look func(string) (string, error)) []finding {
	uses := []struct{ name, use, pkg string }{
		{"curl", "the runbook's captures", "curl"},
		{"openssl", "the runbook's TLS step", "openssl"},
		{"git", "getting the source", "git"},
		{"make", "make run, make test", "make"},
		{"go", "building the sandbox programs", "https://go.dev/dl, 1.26 or newer"},
	}
	var out []finding
	for _, u := range uses {
		f := finding{What: u.name, State: stateOK}
		path, err := look(u.name)
		if err != nil {
			f.State, f.Saw, f.Next = stateMissing, "not on PATH; needed for "+u.use, "install "+u.pkg
		} else {
			f.Saw = path
		}
		out = append(out, f)
	}
	return out
}

func lookAtTerminal(e *env) finding {
	f := finding{What: "terminal", State: stateOK, Saw: e.Getenv("TERM")}
	locale := e.Getenv("LC_ALL")
	for _, name := range []string{"LC_CTYPE", "LANG"} {
		if locale == "" {
			locale = e.Getenv(name)
		}
	}
	switch upper := strings.ToUpper(locale); {
	case f.Saw == "" || f.Saw == "dumb":
		f.State, f.Saw, f.Next = stateNote, "no terminal that can draw (TERM is empty or dumb)", "use the commands: gatedrill review --plain, gatedrill lab list"
	case runtime.GOOS != "windows" && !strings.Contains(upper, "UTF-8") && !strings.Contains(upper, "UTF8"):
		f.State, f.Saw, f.Next = stateNote, fmt.Sprintf("%s, locale %q is not UTF-8: lines and marks may look wrong", f.Saw, locale), "export LANG=C.UTF-8"
	}
	return f
}

// lookAtHome finds out whether the data directory can be written, without
// leaving anything behind.
func lookAtHome(e *env) finding {
	f := finding{What: "data directory", State: stateOK, Saw: e.Home}
	dir := e.Home
	for {
		_, err := os.Stat(dir)
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrNotExist) || dir == filepath.Dir(dir) {
			f.State, f.Saw, f.Next = stateMissing, err.Error(), "set GATEDRILL_HOME to a directory of yours"
			return f
		}
		dir = filepath.Dir(dir)
	}
	t, err := os.CreateTemp(dir, ".gatedrill-doctor-*")
	if err != nil {
		f.State, f.Saw, f.Next = stateMissing, err.Error(), fmt.Sprintf("make it writable (chmod u+rwx %s), or set GATEDRILL_HOME to a directory that you may write to", dir)
		return f
	}
	_ = t.Close()
	_ = os.Remove(t.Name())
	return f
}

func printFindings(e *env, found []finding, asJSON bool) error {
	if asJSON {
		return writeJSON(e.Stdout, found)
	}
	marks := map[string]string{stateOK: "✓", stateNote: "·", stateMissing: "✗"}
	for _, f := range found {
		fmt.Fprintf(e.Stdout, "%s %-18s %s\n", marks[f.State], f.What, visible(f.Saw))
		if f.Next != "" {
			fmt.Fprintf(e.Stdout, "  %-18s → %s\n", "", visible(f.Next))
		}
	}
	return nil
}
