package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
)

// lookAtCards reads what a study session would read.
func lookAtCards(ctx context.Context, e *env) []finding {
	decks, problems := deck.Load(deckSources(e)...)
	cards := 0
	for _, d := range decks {
		cards += len(d.Cards)
	}
	f := finding{What: "decks", State: stateOK, Saw: fmt.Sprintf("%d cards in %d decks", cards, len(decks))}
	if len(problems) > 0 {
		f.State, f.Next = stateNote, "gatedrill cards check"
		f.Saw += fmt.Sprintf(", %s; the first: %v", counted(problems), problems[0])
	}
	return []finding{f, lookAtDatabase(ctx, e.path("cards.db"), storeConfig(e))}
}

// lookAtDatabase reads the whole database, as those who use it will.
func lookAtDatabase(ctx context.Context, path string, c sqlite.Config) finding {
	f := finding{What: "card database", State: stateOK, Saw: path}
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		f.Saw = "none yet"
		return f
	}
	if err == nil {
		err = verifyDatabase(ctx, path, c)
	}
	if err != nil {
		f.State, f.Saw, f.Next = stateMissing, firstLine(err), mendDatabase(path, err)
	}
	return f
}

func verifyDatabase(ctx context.Context, path string, c sqlite.Config) error {
	db, err := sqlite.Open(ctx, path, c)
	if err != nil {
		return err
	}
	return errors.Join(db.Verify(ctx), db.Close())
}

// mendDatabase is what helps against an error of the database.
func mendDatabase(path string, err error) string {
	switch {
	case errors.Is(err, sqlite.ErrNewer):
		return "use the newer gatedrill; this one leaves the file alone"
	case errors.Is(err, sqlite.ErrDenied), errors.Is(err, os.ErrPermission):
		return fmt.Sprintf("make the file and its folder writable: chmod u+rwX %s %s", filepath.Dir(path), path)
	case errors.Is(err, sqlite.ErrNoRoom):
		return "make room on the disk"
	case errors.Is(err, sqlite.ErrBusy):
		return "end the other program that uses it, then look again"
	case errors.Is(err, sqlite.ErrForeign):
		return "move it away, or set GATEDRILL_HOME to another directory"
	}
	return "bring back what was kept of it: gatedrill restore; or move it away to begin anew"
}

// lookAtSandbox asks the system and the sandbox itself, and starts nothing.
func lookAtSandbox(ctx context.Context, e *env) []finding {
	read, problems := readLibrary(e)
	l := finding{What: "labs", State: stateOK, Saw: fmt.Sprintf("%d, all load", len(read.Labs))}
	if len(problems) > 0 {
		l.State, l.Saw, l.Next = stateNote, fmt.Sprintf("%d problems, the first: %v", len(problems), problems[0]), "gatedrill lab list names them"
	}
	b, err := newSandbox(e, "", "")
	exe, lost := os.Executable()
	if err = errors.Join(err, lost); err != nil {
		return []finding{l, {What: "sandbox", State: stateMissing, Saw: err.Error(), Next: "run gatedrill from a file"}}
	}
	out := []finding{l}
	for _, p := range sandbox.Preflight(ctx, []string{exe, "sandbox"}) {
		out = append(out, finding{What: p.Setting, State: stateMissing, Saw: p.What, Next: p.Fix})
	}
	if len(out) == 1 {
		out = append(out, finding{What: "namespaces", State: stateOK, Saw: "this system lets you make your own"})
	}
	return append(out, sandboxFinding(ctx, b))
}

func sandboxFinding(ctx context.Context, b *sandbox.Backend) finding {
	f := finding{What: "sandbox", State: stateOK}
	s, err := b.Status(ctx)
	switch {
	case err != nil:
		f.State, f.Saw, f.Next = stateMissing, firstLine(err), "gatedrill sandbox reset"
	case len(s.Missing) > 0:
		f.State, f.Saw, f.Next = stateNote, "not got yet: "+strings.Join(s.Missing, ", "), "gatedrill sandbox install"
	case s.Error != "":
		f.State, f.Saw, f.Next = stateNote, s.State+": "+s.Error, s.Next
	default:
		f.Saw = s.State
	}
	return f
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
