package anki

import (
	"archive/zip"
	"context"
	"crypto/sha1" //nolint:gosec // Anki's checksum of a first field, no secret
	"database/sql"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The tables of a collection of version 11, which every Anki since 2012 reads.
//
//go:embed schema11.sql
var schema11 string

// options11 are the options of Anki's decks as Anki gives them to a new one.
//
//go:embed options11.json
var options11 string

// Write writes a package of the second form, with the history, to a new file.
// Media and what was left out are no part of it.
func Write(ctx context.Context, file string, c *Collection, progress Progress) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", file, err)
		}
	}()
	dir, err := os.MkdirTemp("", "gatedrill-anki-")
	if err != nil {
		return fmt.Errorf("make a folder for the collection: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "collection.db")
	if err := c.store(ctx, path, progress); err != nil {
		return err
	}
	progress("pack", 0, 1)
	return pack(file, path)
}

// pack makes the package, which is there whole or not at all.
func pack(file, db string) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".gatedrill-export-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
		}
	}()
	z := zip.NewWriter(tmp)
	from, err := os.Open(db)
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // it was only read
	for _, part := range []struct {
		name string
		from io.Reader
	}{{secondForm, from}, {"media", strings.NewReader("{}")}} {
		w, err := z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, part.from); err != nil {
			return err
		}
	}
	if err := errors.Join(z.Close(), tmp.Sync()); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

// store writes the database of the collection.
func (c *Collection) store(ctx context.Context, path string, progress Progress) (err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path)+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, schema11); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	w := &writer{ctx: ctx, tx: tx, c: c, progress: progress}
	for _, step := range []func() error{w.settings, w.notes, w.cards, w.reviews} {
		if err := step(); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// writer fills one database.
type writer struct {
	ctx      context.Context
	tx       *sql.Tx
	c        *Collection
	progress Progress
}

type object map[string]any

func (w *writer) settings() error {
	models, decks := object{}, object{"1": deck11(1, "Default")}
	for id, t := range w.c.Types {
		models[strconv.FormatInt(id, 10)] = t.model11()
	}
	for id, name := range w.c.Decks {
		decks[strconv.FormatInt(id, 10)] = deck11(id, name)
	}
	conf := object{
		"schedVer": 2, "sched2021": true, "rollover": w.c.Rollover, "creationOffset": -w.c.Offset / 60, "curDeck": 1, "activeDecks": []int{1}, "nextPos": len(w.c.Cards) + 1,
		"collapseTime": 1200, "timeLim": 0, "estTimes": true, "dueCounts": true, "newSpread": 0, "dayLearnFirst": false, "addToCur": true, "sortType": "noteFld", "sortBackwards": false,
	}
	var texts []any
	for _, v := range []any{conf, models, decks} {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		texts = append(texts, string(b))
	}
	mod := w.c.Written.UnixMilli()
	_, err := w.tx.ExecContext(w.ctx, "INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')",
		w.c.Created.Unix(), mod, mod, texts[0], texts[1], texts[2], options11)
	return err
}

func deck11(id int64, name string) object {
	none := []int{0, 0}
	return object{
		"id": id, "name": name, "mod": 0, "usn": 0, "lrnToday": none, "revToday": none, "newToday": none, "timeToday": none,
		"collapsed": true, "browserCollapsed": true, "desc": "", "dyn": 0, "conf": 1, "extendNew": 0, "extendRev": 0,
	}
}

// model11 is a type of notes as collections of version 11 have it.
func (t NoteType) model11() object {
	kind := 0
	if t.Cloze {
		kind = 1
	}
	fields, templates := []object{}, []object{}
	for i, name := range t.Fields {
		fields = append(fields, object{"name": name, "ord": i, "sticky": false, "rtl": false, "font": "Arial", "size": 20, "media": []int{}})
	}
	for i, k := range t.Templates {
		templates = append(templates, object{"name": k.Name, "ord": i, "qfmt": k.Question, "afmt": k.Answer, "bqfmt": "", "bafmt": "", "did": nil})
	}
	return object{
		"id": t.ID, "name": t.Name, "type": kind, "mod": 0, "usn": 0, "sortf": 0, "did": nil, "flds": fields, "tmpls": templates,
		"css": t.CSS, "latexPre": "", "latexPost": "", "latexsvg": false, "req": []any{}, "tags": []string{}, "vers": []int{},
	}
}

var markup = regexp.MustCompile(`<[^>]*>`)

func (w *writer) notes() error {
	stmt, err := w.tx.PrepareContext(w.ctx, "INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')")
	if err != nil {
		return err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	for i, n := range w.c.Notes {
		first := ""
		if len(n.Fields) > 0 {
			first = markup.ReplaceAllString(n.Fields[0], "")
		}
		sum := sha1.Sum([]byte(first)) //nolint:gosec // Anki's checksum
		labels := ""
		if len(n.Tags) > 0 {
			labels = " " + strings.Join(n.Tags, " ") + " "
		}
		if _, err := stmt.ExecContext(w.ctx, n.ID, n.GUID, n.Type, w.c.Written.Unix(), labels, strings.Join(n.Fields, "\x1f"), first, binary.BigEndian.Uint32(sum[:4])); err != nil {
			return fmt.Errorf("note %q: %w", n.GUID, err)
		}
		w.tell("write notes", i+1, len(w.c.Notes))
	}
	return nil
}

func (w *writer) tell(doing string, done, total int) {
	if done%often == 0 || done == total {
		w.progress(doing, done, total)
	}
}

func (w *writer) cards() error {
	stmt, err := w.tx.PrepareContext(w.ctx, "INSERT INTO cards VALUES (?, ?, ?, ?, ?, -1, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)")
	if err != nil {
		return err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	for i, k := range w.c.Cards {
		left := 0
		if k.Type == TypeLearning || k.Type == TypeRelearning {
			left = 1
		}
		if _, err := stmt.ExecContext(w.ctx, k.ID, k.Note, k.Deck, k.Ord, w.c.Written.Unix(), k.Type, k.Queue, k.Due, k.Interval, k.Factor, k.Reps, k.Lapses, left, k.Flag, k.Data); err != nil {
			return fmt.Errorf("card %d: %w", k.ID, err)
		}
		w.tell("write cards", i+1, len(w.c.Cards))
	}
	return nil
}

func (w *writer) reviews() error {
	stmt, err := w.tx.PrepareContext(w.ctx, "INSERT INTO revlog VALUES (?, ?, -1, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	for i, r := range w.c.Reviews {
		if _, err := stmt.ExecContext(w.ctx, r.ID, r.Card, r.Ease, r.Interval, r.Last, r.Factor, r.Took, r.Kind); err != nil {
			return fmt.Errorf("review %s: %w", time.UnixMilli(r.ID), err)
		}
		w.tell("write reviews", i+1, len(w.c.Reviews))
	}
	return nil
}
