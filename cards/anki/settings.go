package anki

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// defaultRollover is the hour of collections that set none.
const defaultRollover = 4

// settings reads what is known of decks, of types of notes and of the
// calendar, from one row of JSON or, since 2.1.28, from tables of their own.
func (r *reader) settings() error {
	var created, version int64
	var conf, models, decks string
	err := r.db.QueryRowContext(r.ctx, `SELECT CAST(crt AS INTEGER), CAST(ver AS INTEGER), substr(conf, 1, ?1), substr(models, 1, ?1), substr(decks, 1, ?1) FROM col LIMIT 1`,
		maxSettings).Scan(&created, &version, &conf, &models, &decks)
	if err != nil {
		return fmt.Errorf("read its settings: %w", err)
	}
	r.c.Created, r.c.Rollover = time.Unix(created, 0).UTC(), defaultRollover
	r.c.Decks, r.c.Types = map[int64]string{}, map[int64]NoteType{}
	if r.tables["notetypes"] && r.tables["decks"] {
		return errors.Join(r.configTable(), r.decksTable(), r.typesTables())
	}
	return errors.Join(r.configJSON(conf), r.decksJSON(decks), r.typesJSON(models))
}

type config struct {
	Scheduler *int `json:"schedVer"`
	Rollover  *int `json:"rollover"`
}

func (r *reader) configure(c config) {
	r.c.OldSteps = c.Scheduler == nil || *c.Scheduler < 2
	if c.Rollover != nil && *c.Rollover >= 0 && *c.Rollover < 24 {
		r.c.Rollover = *c.Rollover
	}
}

func (r *reader) configJSON(text string) error {
	var c config
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return fmt.Errorf("read its settings: %w", err)
	}
	r.configure(c)
	return nil
}

func (r *reader) configTable() error {
	var c config
	err := r.each("SELECT KEY, substr(val, 1, 100) FROM config WHERE KEY IN ('schedVer', 'rollover')", func(scan func(...any) error) error {
		var key string
		var val []byte
		if err := scan(&key, &val); err != nil {
			return err
		}
		n, err := strconv.Atoi(string(val))
		if err != nil {
			return fmt.Errorf("setting %s: %w", key, err)
		}
		if key == "rollover" {
			c.Rollover = &n
		} else {
			c.Scheduler = &n
		}
		return nil
	})
	r.configure(c)
	return err
}

func (r *reader) decksJSON(text string) error {
	var decks map[string]struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal([]byte(text), &decks); err != nil {
		return fmt.Errorf("read its decks: %w", err)
	}
	for key, d := range decks {
		id, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return fmt.Errorf("read its decks: %w", err)
		}
		r.c.Decks[id] = d.Name
	}
	return nil
}

func (r *reader) decksTable() error {
	return r.each("SELECT id, substr(name, 1, 1000) FROM decks", func(scan func(...any) error) error {
		var id int64
		var name string
		if err := scan(&id, &name); err != nil {
			return fmt.Errorf("read its decks: %w", err)
		}
		r.c.Decks[id] = strings.ReplaceAll(name, "\x1f", "::")
		return nil
	})
}

func (r *reader) typesJSON(text string) error {
	var types map[string]struct {
		Name   string `json:"name"`
		Type   int    `json:"type"`
		Fields []struct {
			Name string `json:"name"`
			Ord  int    `json:"ord"`
		} `json:"flds"`
		Templates []struct {
			Name     string `json:"name"`
			Ord      int    `json:"ord"`
			Question string `json:"qfmt"`
			Answer   string `json:"afmt"`
		} `json:"tmpls"`
	}
	if err := json.Unmarshal([]byte(text), &types); err != nil {
		return fmt.Errorf("read its types of notes: %w", err)
	}
	for key, t := range types {
		id, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return fmt.Errorf("read its types of notes: %w", err)
		}
		n := NoteType{ID: id, Name: t.Name, Cloze: t.Type == 1}
		slices.SortStableFunc(t.Fields, func(a, b struct {
			Name string `json:"name"`
			Ord  int    `json:"ord"`
		}) int {
			return cmp.Compare(a.Ord, b.Ord)
		})
		for _, f := range t.Fields {
			n.Fields = append(n.Fields, f.Name)
		}
		for _, k := range t.Templates { // in their order: sync keeps it
			n.Templates = append(n.Templates, Template{Name: k.Name, Question: k.Question, Answer: k.Answer})
		}
		r.c.Types[id] = n
	}
	return nil
}

// The fields of Anki's notetypes.proto that are read.
const (
	configKind       = 1 // of Notetype.Config
	kindCloze        = 1
	templateQuestion = 1 // of Notetype.Template.Config
	templateAnswer   = 2
)

func (r *reader) typesTables() error {
	err := r.each("SELECT id, name, config FROM notetypes", func(scan func(...any) error) error {
		var t NoteType
		var settings []byte
		if err := scan(&t.ID, &t.Name, &settings); err != nil {
			return fmt.Errorf("read a type of notes: %w", err)
		}
		m, err := fieldsOf(settings)
		if err != nil {
			return fmt.Errorf("type of notes %q: %w", t.Name, err)
		}
		t.Cloze = m.number(configKind) == kindCloze
		r.c.Types[t.ID] = t
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.each("SELECT ntid, name FROM fields ORDER BY ntid, ord", func(scan func(...any) error) error {
		var id int64
		var name string
		if err := scan(&id, &name); err != nil {
			return fmt.Errorf("read the fields of notes: %w", err)
		}
		t := r.c.Types[id]
		t.Fields = append(t.Fields, name)
		r.c.Types[id] = t
		return nil
	}); err != nil {
		return err
	}
	return r.each("SELECT ntid, name, config FROM templates ORDER BY ntid, ord", func(scan func(...any) error) error {
		var id int64
		var k Template
		var settings []byte
		if err := scan(&id, &k.Name, &settings); err != nil {
			return fmt.Errorf("read the templates of cards: %w", err)
		}
		m, err := fieldsOf(settings)
		if err != nil {
			return fmt.Errorf("template %q: %w", k.Name, err)
		}
		k.Question, k.Answer = m.text(templateQuestion), m.text(templateAnswer)
		t := r.c.Types[id]
		t.Templates = append(t.Templates, k)
		r.c.Types[id] = t
		return nil
	})
}
