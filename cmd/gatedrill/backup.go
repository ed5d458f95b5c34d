package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/backup"
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs/note"
)

// backupCommands keep copies of what the learner has, and bring them back.
func backupCommands(e *env) []*cobra.Command {
	return []*cobra.Command{backupCommand(e), restoreCommand(e)}
}

// keptHome is what is kept of the data directory: what cannot be made again.
func keptHome(e *env) backup.Home {
	return backup.Home{
		Dir: e.Home, Database: "cards.db", Files: []string{"history.jsonl", "memory.json", "cluster.json"}, Folders: []string{"decks"},
		Now: e.Now, Day: storeConfig(e).Calendar.Day, Replace: note.Replace,
	}
}

func backupCommand(e *env) *cobra.Command {
	var list, asJSON bool
	c := &cobra.Command{
		Use: "backup", Short: "Keep a copy of your answers, decks and settings, or list the copies", Args: cobra.NoArgs,
		Long: `Keeps a copy of the review log with the settings, of your own decks and of the
history of labs, in the folder backups of gatedrill's home. A copy is made by
itself each day, and before anything that cannot be undone: a migration, a merge,
an import, a restore. Ten of the daily ones are kept, and ten of the others.

A copy is one file, which tar --zstd opens too: put it wherever you like.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if list || asJSON {
				return listBackups(e, asJSON)
			}
			config, closeCards, err := openCards(c.Context(), e)
			if err != nil {
				return err
			}
			name, err := keptHome(e).Make(c.Context(), "asked", snapshotOf(config.Store))
			if err := errors.Join(err, closeCards()); err != nil {
				return err
			}
			fmt.Fprintln(e.Stdout, "kept:", visible(name))
			return nil
		},
	}
	c.Flags().BoolVar(&list, "list", false, "list the copies")
	c.Flags().BoolVar(&asJSON, "json", false, "list them as JSON")
	return c
}

// snapshotOf copies the database that a store holds.
func snapshotOf(s study.Store) backup.Snapshot { return s.(*sqlite.DB).Snapshot }

func listBackups(e *env, asJSON bool) error {
	copies, err := keptHome(e).List()
	if err != nil {
		return err
	}
	if asJSON {
		out := []object{}
		for _, c := range copies {
			out = append(out, object{"name": c.Name(), "made": c.Made.Format(time.RFC3339), "reason": c.Reason, "bytes": c.Size, "file": c.Path})
		}
		return writeJSON(e.Stdout, out)
	}
	if len(copies) == 0 {
		fmt.Fprintln(e.Stdout, "Nothing was kept yet: gatedrill backup makes a copy.")
		return nil
	}
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tMADE\tREASON\tSIZE")
	for _, c := range copies {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f MB\n", visible(c.Name()), c.Made.In(e.Zone).Format("2006-01-02 15:04"), visible(c.Reason), float64(c.Size)/1e6)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("list the backups: %w", err)
	}
	return nil
}

func restoreCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "restore [NAME|FILE]", Short: "Bring back what a copy holds", Args: cobra.MaximumNArgs(1), ValidArgsFunction: offerOrFile(e, backups),
		Long: `Brings back what a copy holds: the newest, or the one that is named (gatedrill
backup --list), or one in a file that you kept elsewhere. What there is now is
copied first.

Your own decks become as they were; decks made since stay. The review log is
joined: answers given since the copy stay too, so nothing is asked twice. A
database that is damaged is moved aside, and what can be read of it is joined.`,
		RunE: func(c *cobra.Command, args []string) error {
			name := ""
			if len(args) == 1 {
				name = args[0]
			}
			return restore(c.Context(), e, name)
		},
	}
}

func restore(ctx context.Context, e *env, name string) error {
	h := keptHome(e)
	from, err := h.Find(name)
	if info, missing := os.Stat(name); errors.Is(err, backup.ErrNone) && missing == nil && info.Mode().IsRegular() {
		from, err = backup.Copy{Path: name, Made: info.ModTime()}, nil
	}
	if errors.Is(err, backup.ErrNone) {
		return usagef("%w (gatedrill backup --list names them)", err)
	}
	if err != nil {
		return err
	}
	r := &restoring{e: e, home: h}
	if err := r.keep(ctx); err != nil {
		return err
	}
	done, err := h.Restore(ctx, from, r.join)
	if err != nil {
		return err
	}
	for _, line := range r.said {
		fmt.Fprintln(e.Stdout, visible(line))
	}
	fmt.Fprintf(e.Stdout, "restored %s: %s written, %d were the same%s\n", visible(from.Name()), count(len(done.Written), "file"), done.Same, afterColon(done.Written))
	return withStudy(ctx, e, func(s *study.Service) error { // what changed is taken over
		_, err := s.Summary(ctx)
		return err
	})
}

func afterColon(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ": " + visible(strings.Join(names, ", "))
}

// restoring brings the log of a copy back.
type restoring struct {
	e       *env
	home    backup.Home
	damaged string // where the database was moved that could not be read
	said    []string
}

// keep copies what there is now. A database that cannot be read is moved
// aside with all that belongs to it.
func (r *restoring) keep(ctx context.Context) error {
	path := r.e.path("cards.db")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := sqlite.Open(ctx, path, storeConfig(r.e))
	if err == nil {
		err = errors.Join(db.Verify(ctx), nil)
		if err == nil {
			_, err = r.home.Make(ctx, "restore", db.Snapshot)
		}
		err = errors.Join(err, db.Close())
	}
	if !errors.Is(err, sqlite.ErrDamaged) {
		return err
	}
	r.damaged = path + ".damaged-" + r.e.Now().UTC().Format("20060102T150405Z")
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+end, r.damaged+end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("move the damaged database aside: %w", err)
		}
	}
	r.said = append(r.said, "the database was damaged: it is now "+r.damaged)
	return nil
}

// join makes one log of that of the copy and that of now.
func (r *restoring) join(ctx context.Context, database string) error {
	path := r.e.path("cards.db")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := copyFile(database, path); err != nil {
			return fmt.Errorf("restore the card database: %w", err)
		}
		r.said = append(r.said, "the card database is that of the copy")
	}
	return withStudy(ctx, r.e, func(s *study.Service) error {
		if r.damaged != "" {
			return r.salvage(ctx, s)
		}
		done, err := s.Merge(ctx, database)
		if err == nil && done.Added > 0 {
			r.said = append(r.said, fmt.Sprintf("joined the logs: %s came back, %s changed", count(done.Added, "line"), count(done.Rebuilt.Changed, "card")))
		}
		return err
	})
}

// salvage takes over what can still be read of a damaged log.
func (r *restoring) salvage(ctx context.Context, s *study.Service) error {
	lines, err := sqlite.Salvage(ctx, r.damaged)
	if err != nil {
		r.said = append(r.said, fmt.Sprintf("%d lines of its log could be read: %v", len(lines), err))
	}
	done, err := s.Import(ctx, cards.LinesOf(lines), func(int) {})
	if err == nil {
		_, err = s.Rebuild(ctx, false) // some of them may take others back
	}
	if err == nil && done.Added > 0 {
		r.said = append(r.said, fmt.Sprintf("of the damaged log %s were newer than the copy, and are kept", count(done.Added, "line")))
	}
	return err
}

func copyFile(from, to string) error {
	text, err := os.Open(from)
	if err != nil {
		return err
	}
	defer text.Close() //nolint:errcheck // it was only read
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.ReadFrom(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// keepDaily makes the day's copy if there is none yet. What was asked for is
// done, whether that works or not.
func keepDaily(ctx context.Context, e *env, s study.Store) {
	h := keptHome(e)
	due, err := h.Due()
	if err == nil && due {
		_, err = h.Make(ctx, backup.Daily, snapshotOf(s))
	}
	if err != nil && ctx.Err() == nil {
		say(e.Stderr, "today's backup was not made: "+err.Error())
	}
}
