package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

const eventColumns = `id, kind, card, at, day, zone, utc, rating, took, shown, before, after, algorithm, undoes, urged_by`

// appendEvent writes a line behind all others and returns its name.
func (db *DB) appendEvent(ctx context.Context, conn *sql.Conn, e cards.Event) (cards.ID, error) {
	var newest []byte
	err := conn.QueryRowContext(ctx, "SELECT id FROM log ORDER BY id DESC LIMIT 1").Scan(&newest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return cards.ID{}, err
	}
	var last cards.ID
	copy(last[:], newest)
	if e.ID, err = cards.NewID(e.At, last, db.config.Random); err != nil {
		return cards.ID{}, err
	}
	args, err := eventArgs(e)
	if err != nil {
		return cards.ID{}, err
	}
	_, err = conn.ExecContext(ctx, insertEvent, args...)
	return e.ID, err
}

const insertEvent = "INSERT INTO log (" + eventColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

func eventArgs(e cards.Event) ([]any, error) {
	var before, after string
	if e.Kind == cards.Answered || e.Kind == cards.Rescheduled {
		var err error
		if before, err = encode(e.Before); err != nil {
			return nil, err
		}
		if after, err = encode(e.After); err != nil {
			return nil, err
		}
	}
	var undoes []byte // NULL
	if !e.Undoes.IsZero() {
		undoes = e.Undoes[:]
	}
	return []any{
		e.ID[:], string(e.Kind), e.Card, millis(e.At), e.Day, e.Zone, e.Offset, int(e.Rating),
		e.Took.Milliseconds(), shown(e.Shown), before, after, e.Algorithm, undoes, e.UrgedBy,
	}, nil
}

// events reads lines of the log.
func events(ctx context.Context, q querier, where string, args ...any) ([]cards.Event, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+eventColumns+" FROM log "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []cards.Event
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

func scanEvent(rows *sql.Rows) (cards.Event, error) {
	var e cards.Event
	var at, took int64
	var id, undoes []byte
	var intervals, before, after string
	err := rows.Scan(&id, &e.Kind, &e.Card, &at, &e.Day, &e.Zone, &e.Offset, &e.Rating, &took, &intervals,
		&before, &after, &e.Algorithm, &undoes, &e.UrgedBy)
	if err != nil {
		return e, err
	}
	copy(e.ID[:], id)
	copy(e.Undoes[:], undoes)
	e.At, e.Took = moment(at), time.Duration(took)*time.Millisecond
	for _, part := range []struct {
		text string
		read func(string) error
	}{
		{intervals, func(s string) (err error) { e.Shown, err = readShown(s); return err }},
		{before, func(s string) (err error) { e.Before, err = decode(s); return err }},
		{after, func(s string) (err error) { e.After, err = decode(s); return err }},
	} {
		if err := part.read(part.text); err != nil {
			return e, fmt.Errorf("line %s of the log: %w", e.ID, err)
		}
	}
	return e, nil
}

// shown writes the four intervals in seconds: "60,330,600,691200".
func shown(intervals [4]time.Duration) string {
	if intervals == [4]time.Duration{} {
		return ""
	}
	out := make([]string, len(intervals))
	for i, d := range intervals {
		out[i] = strconv.Itoa(int(d / time.Second))
	}
	return strings.Join(out, ",")
}

func readShown(s string) (out [4]time.Duration, err error) {
	if s == "" {
		return out, nil
	}
	parts := strings.Split(s, ",")
	if len(parts) != len(out) {
		return out, fmt.Errorf("read the intervals that were shown: %q", s)
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil {
			return out, fmt.Errorf("read the intervals that were shown: %w", err)
		}
		out[i] = time.Duration(n) * time.Second
	}
	return out, nil
}

// memory is how the log writes a cards.Memory.
type memory struct {
	State      int     `json:"state"`
	Stability  float64 `json:"stability,omitempty"`
	Difficulty float64 `json:"difficulty,omitempty"`
	Due        int64   `json:"due,omitempty"`
	DueDay     int     `json:"dueDay,omitempty"`
	Last       int64   `json:"last,omitempty"`
	LastDay    int     `json:"lastDay,omitempty"`
	Reps       int     `json:"reps,omitempty"`
	Lapses     int     `json:"lapses,omitempty"`
	Step       int     `json:"step,omitempty"`
	Suspended  bool    `json:"suspended,omitempty"`
	UrgedBy    string  `json:"reason,omitempty"` // as the first schema called it: lines are never changed
	Urged      int64   `json:"urged,omitempty"`
	Buried     int     `json:"buried,omitempty"`
	Marked     bool    `json:"marked,omitempty"`
}

func encode(m cards.Memory) (string, error) {
	b, err := json.Marshal(memory{
		int(m.State), m.Stability, m.Difficulty, millis(m.Due), m.DueDay, millis(m.LastReview), m.LastDay,
		m.Reps, m.Lapses, m.Step, m.Suspended, m.UrgedBy, millis(m.Urged), m.Buried, m.Marked,
	})
	return string(b), err
}

func decode(s string) (cards.Memory, error) {
	if s == "" {
		return cards.Memory{}, nil
	}
	var m memory
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		return cards.Memory{}, fmt.Errorf("read a memory: %w", err)
	}
	return cards.Memory{
		State: cards.State(m.State), Stability: m.Stability, Difficulty: m.Difficulty,
		Due: moment(m.Due), DueDay: m.DueDay, LastReview: moment(m.Last), LastDay: m.LastDay,
		Reps: m.Reps, Lapses: m.Lapses, Step: m.Step, Suspended: m.Suspended, UrgedBy: m.UrgedBy, Urged: moment(m.Urged),
		Buried: m.Buried, Marked: m.Marked,
	}, nil
}
