package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/sqlite"
)

// A database whose inside is destroyed opens well; doctor finds it out.
func TestDoctorReadsTheWholeDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cards.db")
	if f := lookAtDatabase(t.Context(), path, sqlite.Config{Random: rand.Reader}); f.State != stateOK || f.Saw != "none yet" {
		t.Errorf("without a file: %+v", f)
	}
	db, err := sqlite.Open(t.Context(), path, sqlite.Config{Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	d := cards.Deck{Name: "d"}
	for i := range 200 {
		d.Cards = append(d.Cards, cards.Card{ID: fmt.Sprint("c", i), Deck: "d", Front: "q", Back: "a"})
	}
	if err := db.Fill(t.Context(), []cards.Deck{d}, cards.NewTurns, "x", 0); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if f := lookAtDatabase(t.Context(), path, sqlite.Config{Random: rand.Reader}); f.State != stateOK || f.Next != "" {
		t.Errorf("a good one: %+v", f)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(b[4096:], bytes.Repeat([]byte{0xa5}, len(b)))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if f := lookAtDatabase(t.Context(), path, sqlite.Config{Random: rand.Reader}); f.State != stateMissing || f.Next != "move it away to begin anew" {
		t.Errorf("a destroyed one: %+v", f)
	}
}

func TestAdviceForADatabase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{sqlite.ErrNewer, "use the newer gatedrill"},
		{sqlite.ErrDenied, "chmod u+rwX /h /h/cards.db"},
		{os.ErrPermission, "chmod u+rwX /h /h/cards.db"},
		{sqlite.ErrForeign, "GATEDRILL_HOME"},
		{sqlite.ErrBusy, "end the other program"},
		{sqlite.ErrNoRoom, "make room"},
	} {
		got := mendDatabase("/h/cards.db", fmt.Errorf("open: %w", tt.err))
		if !strings.Contains(got, tt.want) || strings.Contains(got, "begin anew") {
			t.Errorf("%v: %q", tt.err, got)
		}
	}
}
