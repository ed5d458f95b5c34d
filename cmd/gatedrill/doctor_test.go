package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/labs/cluster"
)

// A look that hangs, and does not even see that it was given up, is told of as
// unknown, beside the others.
func TestDoctorWaitsForNobody(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	defer close(never)
	fine := func(context.Context) []cluster.Finding { return []cluster.Finding{{What: "b", State: cluster.OK}} }
	found := examine(t.Context(), []examination{
		{"a", 10 * time.Millisecond, false, func(context.Context) []cluster.Finding { <-never; return nil }},
		{"b", time.Minute, true, fine},
	})
	if len(found) != 2 || found[0].What != "a" || found[0].State != cluster.Unknown || !found[0].Stops() || found[0].Next == "" {
		t.Errorf("what hangs: %+v", found)
	}
	if found[1].State != cluster.OK || !found[1].Optional || found[1].Stops() {
		t.Errorf("beside it: %+v", found[1])
	}
}

// TestDoctorNames breaks one thing after another.
func TestDoctorNames(t *testing.T) {
	t.Parallel()
	set := func(e *env, key, value string) {
		was := e.Getenv
		e.Getenv = func(k string) string {
			if k == key {
				return value
			}
			return was(k)
		}
	}
	write := func(t *testing.T, path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		spoil             func(t *testing.T, e *env)
		look              func(context.Context, *env) []cluster.Finding
		what, state, next string
	}{
		"no terminal":   {func(*testing.T, *env) {}, lookAtTerminal, "terminal", cluster.Note, "gatedrill review --plain"},
		"piped colours": {func(*testing.T, *env) {}, lookAtTerminal, "colours", cluster.Unknown, "gatedrill doctor"},
		"piped size":    {func(*testing.T, *env) {}, lookAtTerminal, "size", cluster.Unknown, "gatedrill doctor"},
		"no UTF-8":      {func(_ *testing.T, e *env) { set(e, "LANG", "C") }, lookAtTerminal, "letters", cluster.Note, "LANG=C.UTF-8"},
		"no editor":     {func(_ *testing.T, e *env) { set(e, "EDITOR", "nosuch -w") }, lookAtEditor, "editor", cluster.Note, "EDITOR=nano"},
		"no bash":       {func(*testing.T, *env) {}, lookAtEditor, "bash", cluster.Missing, "install bash"},
		"no curl":       {func(*testing.T, *env) {}, lookForTools, "curl", cluster.Missing, "install curl"},
		"clock went back": {func(_ *testing.T, e *env) { e.Now = func() time.Time { return time.Unix(1e9, 0) } }, lookAtClock,
			"clock", cluster.Missing, "timedatectl"},
		"zone without a name": {func(_ *testing.T, e *env) { e.Zone = time.Local }, lookAtClock, "zone", cluster.Note, "export TZ="},
		"home is a file": {func(t *testing.T, e *env) { e.Home = e.path("file"); write(t, e.Home, "") }, lookAtHome,
			"data directory", cluster.Missing, "GATEDRILL_HOME"},
		"home below a file": {func(t *testing.T, e *env) { write(t, e.path("file"), ""); e.Home = e.path("file", "home") }, lookAtHome,
			"data directory", cluster.Missing, "GATEDRILL_HOME"},
		"home is everybody's": {func(t *testing.T, e *env) {
			if err := os.Chmod(e.Home, 0o777); err != nil {
				t.Fatal(err)
			}
		}, lookAtHome, "data directory", cluster.Note, "chmod go-w"},
		"no such backend": {func(_ *testing.T, e *env) { set(e, "GATEDRILL_BACKEND", "moon") }, lookAtChoice,
			"where labs run", cluster.Missing, "gatedrill cluster use"},
		"choice is no JSON": {func(t *testing.T, e *env) { write(t, e.choiceFile(), "{") }, lookAtChoice,
			"where labs run", cluster.Missing, "gatedrill cluster use"},
		"nothing runs": {func(*testing.T, *env) {}, lookAtChoice, "where labs run", cluster.Note, "gatedrill cluster up"},
		"programs were not got": {func(t *testing.T, e *env) { set(e, "GATEDRILL_PROGRAMS", t.TempDir()) }, lookAtPrograms,
			"kubectl", cluster.Note, "gatedrill sandbox install"},
		"a program is none": {func(t *testing.T, e *env) {
			set(e, "GATEDRILL_PROGRAMS", e.Home)
			write(t, e.path("kubectl"), "text")
		}, lookAtPrograms, "kubectl", cluster.Missing, "gatedrill sandbox install"},
		"Envoy does not run": {func(t *testing.T, e *env) {
			set(e, "GATEDRILL_ENVOY", e.path("envoy"))
			write(t, e.path("envoy"), "#!/bin/sh\nexit 1\n")
			if err := os.Chmod(e.path("envoy"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, lookAtPrograms, "envoy", cluster.Missing, "gatedrill sandbox install"},
		"Envoy is an old one": {func(t *testing.T, e *env) {
			set(e, "GATEDRILL_ENVOY", e.path("envoy"))
			write(t, e.path("envoy"), "#!/bin/sh\necho 'envoy  version: 0abc/1.12.0/Clean/RELEASE/BoringSSL'\n")
			if err := os.Chmod(e.path("envoy"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, lookAtPrograms, "envoy", cluster.Missing, "gatedrill sandbox install"},
		"kubectl is not there": {func(*testing.T, *env) {}, lookAtTools, "kubectl of a shell", cluster.Missing, "https://kubernetes.io"},
		"kubeconfig is no YAML": {func(t *testing.T, e *env) {
			write(t, e.path("config"), "a: [")
			set(e, "KUBECONFIG", e.path("config"))
		}, one(lookAtContexts), "kubeconfig", cluster.Missing, "kubectl config view"},
		"no kubeconfig": {func(_ *testing.T, e *env) { set(e, "KUBECONFIG", e.path("nosuch")) }, one(lookAtContexts),
			"kubeconfig", cluster.Note, "export KUBECONFIG"},
		"lab is broken": {func(_ *testing.T, e *env) { set(e, labsVariable, e.path("nosuch")) }, one(lookAtLabs), "labs", cluster.Note, "gatedrill lab list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := offline(t)
			tt.spoil(t, e)
			for _, f := range tt.look(t.Context(), e) {
				if f.What == tt.what {
					if f.State != tt.state || f.Saw == "" || !strings.Contains(f.Next, tt.next) {
						t.Errorf("%+v, want %s, and %q next", f, tt.state, tt.next)
					}
					return
				}
			}
			t.Errorf("nothing is said of %s", tt.what)
		})
	}
}

// one is a look at one thing, as the others are.
func one(see func(*env) cluster.Finding) func(context.Context, *env) []cluster.Finding {
	return func(_ context.Context, e *env) []cluster.Finding { return []cluster.Finding{see(e)} }
}

func TestDoctorAsksForRoom(t *testing.T) {
	t.Parallel()
	e, _ := offline(t)
	for _, tt := range []struct {
		free  uint64
		err   error
		state string
		stops bool
	}{{1 << 20, nil, cluster.Missing, true}, {512 << 20, nil, cluster.Note, false}, {8 << 30, nil, cluster.OK, false}, {8 << 30, errors.New("x"), cluster.Unknown, false}} {
		f := lookAtRoom(e, e.Home, func(string) (uint64, error) { return tt.free, tt.err })
		if want := tt.state; f.State != want && (want != cluster.Note || onSandbox(e)) || f.Stops() != tt.stops {
			t.Errorf("%d bytes, %v: %+v", tt.free, tt.err, f)
		}
	}
}

// A database whose inside is destroyed opens well; doctor finds it out.
func TestDoctorReadsTheWholeDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cards.db")
	if f := lookAtDatabase(t.Context(), path); f.State != cluster.OK || !strings.HasPrefix(f.Saw, "none yet") {
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
	if f := lookAtDatabase(t.Context(), path); f.State != cluster.OK || f.Next != "" {
		t.Errorf("a good one: %+v", f)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("looking left %v, %v", left, err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(b[4096:], bytes.Repeat([]byte{0xa5}, len(b)))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if f := lookAtDatabase(t.Context(), path); f.State != cluster.Missing || f.Next != "bring back what was kept of it: gatedrill restore; or move it away to begin anew" {
		t.Errorf("a destroyed one: %+v", f)
	}
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f := lookAtDatabase(t.Context(), path); f.State != cluster.Missing {
		t.Errorf("one that is none: %+v", f)
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
