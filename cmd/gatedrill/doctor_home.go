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
	"github.com/gatedrill/gatedrill/labs/cluster"
)

// Room on the disk, in bytes, that answers need, and that a sandbox with its
// programs and downloads takes besides.
const (
	roomForAnswers = 64 << 20
	roomForSandbox = 1 << 30
)

// lookAtHome finds out whose the data directory is and whether it can be
// written, without leaving anything behind. One that is not there is judged by
// the nearest folder above it.
func lookAtHome(_ context.Context, e *env) []cluster.Finding {
	const what = "data directory"
	dir := e.Home
	fi, err := os.Stat(dir)
	for ; errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir); fi, err = os.Stat(dir) {
		dir = filepath.Dir(dir)
	}
	if err == nil && !fi.IsDir() {
		err = fmt.Errorf("%s is no folder", dir)
	}
	if err != nil {
		return []cluster.Finding{broken(what, err, "set GATEDRILL_HOME to a directory of yours")}
	}
	f := cluster.Finding{What: what, State: cluster.OK, Saw: e.Home}
	if dir != e.Home {
		f.Saw += ", made on first use"
	} else if owner, mine := ownerOf(fi); !mine {
		f.State, f.Saw, f.Next = cluster.Note, fmt.Sprintf("%s belongs to %s, and files of two owners will be in it", dir, owner), fmt.Sprintf("take it: sudo chown -R \"$USER\" %s; or set GATEDRILL_HOME to a directory of yours", dir)
	} else if othersMayWrite(fi) {
		f.State, f.Saw, f.Next = cluster.Note, dir+": others may write to it, and what is in it is run and read as yours", "chmod go-w "+dir
	}
	t, err := os.CreateTemp(dir, ".gatedrill-doctor-*")
	if err != nil {
		return []cluster.Finding{broken(what, err, fmt.Sprintf("make it writable (chmod u+rwx %s), or set GATEDRILL_HOME to a directory that you may write to", dir))}
	}
	_ = t.Close()
	_ = os.Remove(t.Name())
	return []cluster.Finding{f, lookAtRoom(e, dir, roomOn)}
}

// lookAtRoom asks how many bytes are free where a folder is.
func lookAtRoom(e *env, dir string, room func(string) (uint64, error)) cluster.Finding {
	f := cluster.Finding{What: "room", State: cluster.OK}
	free, err := room(dir)
	if err != nil {
		f.State, f.Optional, f.Saw, f.Next = cluster.Unknown, true, firstLine(err), "see it: df -h "+dir
		return f
	}
	f.Saw = fmt.Sprintf("%.1f GB are free for %s", float64(free)/1e9, e.Home)
	switch {
	case free < roomForAnswers:
		f.State, f.Next = cluster.Missing, "make room: answers could not be kept; or set GATEDRILL_HOME to another disk"
	case free < roomForSandbox && onSandbox(e):
		f.State, f.Next = cluster.Note, fmt.Sprintf("make room: a sandbox, with its programs, takes about %.0f GB", float64(roomForSandbox)/1e9)
	}
	return f
}

// lookAtDecks reads what a study session would read.
func lookAtDecks(e *env) cluster.Finding {
	decks, problems := deck.Load(deckSources(e)...)
	cards := 0
	for _, d := range decks {
		cards += len(d.Cards)
	}
	f := cluster.Finding{What: "decks", State: cluster.OK, Saw: fmt.Sprintf("%d cards in %d decks", cards, len(decks))}
	if len(problems) > 0 {
		f.State, f.Next = cluster.Note, "gatedrill cards check"
		f.Saw += fmt.Sprintf(", %s; the first: %v", counted(problems), problems[0])
	}
	return f
}

// lookAtDatabase reads the whole database, and migrates nothing.
func lookAtDatabase(ctx context.Context, path string) cluster.Finding {
	const what = "card database"
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return cluster.Finding{What: what, State: cluster.OK, Saw: "none yet; the first answer makes it"}
	}
	version, newest, err := sqlite.Look(ctx, path)
	f := cluster.Finding{What: what, State: cluster.OK, Saw: fmt.Sprintf("%s, whole, schema %d", path, version)}
	switch {
	case ctx.Err() != nil:
		f.State, f.Saw, f.Next = cluster.Unknown, "reading it took too long: "+path, "look again when the machine is less busy: gatedrill doctor"
	case err != nil:
		return broken(what, err, mendDatabase(path, err))
	case version < newest:
		f.State, f.Next = cluster.Note, fmt.Sprintf("nothing: it is brought to schema %d when it is next used, and kept as it was", newest)
	}
	return f
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

// lookAtLabs reads all labs.
func lookAtLabs(e *env) cluster.Finding {
	read, problems := readLibrary(e)
	f := cluster.Finding{What: "labs", State: cluster.OK, Saw: fmt.Sprintf("%d, all load", len(read.Labs))}
	if len(problems) > 0 {
		f.State, f.Next = cluster.Note, "gatedrill lab list names them"
		f.Saw = fmt.Sprintf("%d load; %s, the first: %s", len(read.Labs), count(len(problems), "problem"), strings.TrimSpace(problems[0].String()))
	}
	return f
}
