package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// toSchema2 moves the numbered lines of the first schema into the log of
// named ones, and gives the cards the days on which they are due. A line gets
// the same name wherever its file was copied to, so that copies which went
// apart since can be merged.
func toSchema2(ctx context.Context, conn *sql.Conn, c Config) error {
	m := &schema2{conn: conn, calendar: c.Calendar, tell: c.tell, names: map[int64]cards.ID{}, known: map[stand]cards.Memory{}, urged: map[string]time.Time{}}
	if err := m.log(ctx); err != nil {
		return err
	}
	if err := m.cards(ctx); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, "DROP TABLE log_1")
	return err
}

// log moves all lines.
func (m *schema2) log(ctx context.Context) error {
	stmt, err := m.conn.PrepareContext(ctx, "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	p := Progress{To: 2}
	if err := m.conn.QueryRowContext(ctx, "SELECT count(*) FROM log_1").Scan(&p.Total); err != nil {
		return err
	}
	for last := int64(0); ; {
		lines, err := m.lines(ctx, last)
		if err != nil || len(lines) == 0 {
			return err
		}
		for _, l := range lines {
			args, err := eventArgs(m.line(l))
			if err == nil {
				_, err = stmt.ExecContext(ctx, args...)
			}
			if err != nil {
				return fmt.Errorf("line %d of the log: %w", l.number, err)
			}
		}
		last = lines[len(lines)-1].number
		p.Done += len(lines)
		m.tell(p)
	}
}

type schema2 struct {
	conn     *sql.Conn
	calendar cards.Calendar
	tell     func(Progress)
	last     cards.ID
	names    map[int64]cards.ID
	known    map[stand]cards.Memory // what was stored after an answer, with its days
	urged    map[string]time.Time
}

// stand is where a card stood, by which memories of the first schema are
// found again. Due is no part of it: it was overwritten when a card was made
// due out of turn.
type stand struct {
	card   string
	memory cards.Memory
}

func standOf(card string, m cards.Memory) stand {
	m = m.Known()
	m.Due, m.DueDay, m.LastDay = time.Time{}, 0, 0
	return stand{card, m}
}

// line1 is a line of the first schema.
type line1 struct {
	number, undoes int64
	event          cards.Event
	text           string // all of it, to be digested
}

const chunk = 5000

func (m *schema2) lines(ctx context.Context, after int64) ([]line1, error) {
	rows, err := m.conn.QueryContext(ctx, `SELECT id, kind, card, at, day, rating, took, before, after, algorithm, coalesce(undoes, 0), reason
		FROM log_1 WHERE id > ? ORDER BY id LIMIT ?`, after, chunk)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []line1
	for rows.Next() {
		var l line1
		var at, took int64
		var before, after string
		e := &l.event
		if err := rows.Scan(&l.number, &e.Kind, &e.Card, &at, &e.Day, &e.Rating, &took, &before, &after, &e.Algorithm, &l.undoes, &e.UrgedBy); err != nil {
			return nil, err
		}
		e.At, e.Took = moment(at), time.Duration(took)*time.Millisecond
		if e.Before, err = decode(before); err == nil {
			e.After, err = decode(after)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of the log: %w", l.number, err)
		}
		l.text = fmt.Sprint(l.number, e.Kind, e.Card, at, e.Day, e.Rating, took, before, after, e.Algorithm, l.undoes, e.UrgedBy)
		out = append(out, l)
	}
	return out, rows.Err()
}

// line gives a line its name, and the memories in it their days.
func (m *schema2) line(l line1) cards.Event {
	e := l.event
	sum := sha256.Sum256([]byte(l.text))
	e.ID = cards.OldID(e.At, m.last, [16]byte(sum[:16]))
	m.last, m.names[l.number] = e.ID, e.ID
	switch e.Kind {
	case cards.Undone:
		e.Undoes = m.names[l.undoes]
	case urged2:
		m.urged[e.Card] = e.At
	case cards.Answered:
		e.Before = m.memory(e.Card, e.Before)
		seen := standOf(e.Card, e.After)
		e.After = m.after(e)
		m.known[seen] = e.After
	}
	return e
}

// after reads the memory that an answer led to.
func (m *schema2) after(e cards.Event) cards.Memory {
	a := e.After
	a.LastDay = e.Day
	if !a.LastReview.Equal(e.At) { // the clock had gone back
		a.LastDay = max(e.Before.LastDay, e.Day)
	}
	if a.State == cards.Review {
		a.Due, a.DueDay = time.Time{}, m.dueDay(e.At, e.Day, a.Due)
	}
	return a
}

// dueDay is the learner's day that began when a card was due: by today's
// calendar where it agrees with what was written then, else by counting days
// from the answer.
func (m *schema2) dueDay(at time.Time, day int, due time.Time) int {
	if d := m.calendar.Day(due); m.calendar.Day(at) == day && m.calendar.Start(d).Equal(due) {
		return d
	}
	const full = 24 * time.Hour
	const clocks = time.Hour // they may have been put forward or back meanwhile
	return day + max(1, int((due.Sub(at)-clocks+full-1)/full))
}

// memory reads a memory that an answer before must have led to.
func (m *schema2) memory(card string, old cards.Memory) cards.Memory {
	out, ok := m.known[standOf(card, old)]
	if !ok {
		out = old
		out.LastDay = 0
		if !old.LastReview.IsZero() {
			out.LastDay = m.calendar.Day(old.LastReview)
		}
		switch old.State {
		case cards.Review:
			out.Due, out.DueDay = time.Time{}, m.calendar.Day(old.Due)
		case cards.New:
			out.Due = time.Time{}
		case cards.Learning, cards.Relearning:
		}
	}
	out.Suspended, out.UrgedBy, out.Urged = old.Suspended, old.UrgedBy, time.Time{}
	if out.UrgedBy != "" {
		out.Urged = m.urged[card]
	}
	return out
}

// urged2 is how this schema called a line that urges a card.
const urged2 cards.Kind = "due"

// The statements are those of this schema: columns were added and named anew
// since.
const (
	read2 = `SELECT id, state, stability, difficulty, due, due_day, last, last_day, reps, lapses, step, suspended, reason, urged
		FROM card WHERE state <> 0 OR suspended <> 0 OR reason <> '' OR due <> 0`
	update2 = `UPDATE card SET due = ?, due_day = ?, last_day = ?, urged = ? WHERE id = ?`
)

// cards gives all cards the days that their logs tell of.
func (m *schema2) cards(ctx context.Context) error {
	found, err := m.stands(ctx)
	if err != nil {
		return err
	}
	for card, old := range found {
		now := m.memory(card, old)
		if _, err := m.conn.ExecContext(ctx, update2, millis(now.Due), now.DueDay, now.LastDay, millis(now.Urged), card); err != nil {
			return err
		}
	}
	return nil
}

func (m *schema2) stands(ctx context.Context) (map[string]cards.Memory, error) {
	rows, err := m.conn.QueryContext(ctx, read2)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[string]cards.Memory{}
	for rows.Next() {
		var card string
		var due, last, urged int64
		var k cards.Memory
		if err := rows.Scan(&card, &k.State, &k.Stability, &k.Difficulty, &due, &k.DueDay, &last, &k.LastDay,
			&k.Reps, &k.Lapses, &k.Step, &k.Suspended, &k.UrgedBy, &urged); err != nil {
			return nil, err
		}
		k.Due, k.LastReview, k.Urged = moment(due), moment(last), moment(urged)
		out[card] = k
	}
	return out, rows.Err()
}
