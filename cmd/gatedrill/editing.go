package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/labs/note"
	"github.com/gatedrill/gatedrill/tui"
)

// editing is a draft of cards in the learner's editor. What was written there
// is never lost: it stays in its file until it has come to the deck.
type editing struct {
	env   *env
	draft deck.Draft
	path  string // of the file in the editor
}

var _ tui.Editing = (*editing)(nil)

// edit makes a file of a draft.
func (e *env) edit(d deck.Draft) (*editing, error) {
	if err := os.MkdirAll(e.path("drafts"), 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for drafts: %w", err)
	}
	name := d.ID
	if name == "" {
		name = "new"
	}
	f, err := os.CreateTemp(e.path("drafts"), name+"-*.md")
	if err != nil {
		return nil, fmt.Errorf("write a draft: %w", err)
	}
	_, err = f.WriteString(strings.TrimSpace(d.Text) + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("write a draft: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return &editing{e, d, f.Name()}, nil
}

// editor is the learner's, with its arguments.
func (e *env) editor() string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if v := strings.TrimSpace(e.Getenv(name)); v != "" {
			return v
		}
	}
	return "vi"
}

// command is the editor on the draft. The variable may hold arguments, so a
// shell reads it, as Git and others do.
func (x *editing) command(ctx context.Context) *exec.Cmd {
	return exec.CommandContext(ctx, "sh", "-c", x.env.editor()+` "$@"`, "sh", x.path)
}

// Command is the editor as the screens want it.
func (x *editing) Command(ctx context.Context) tea.ExecCommand { return onScreen{x.command(ctx)} }

// Keep takes over what was written. An error that holds problems by file and
// line leaves the decks as they are, and the draft to be mended.
func (x *editing) Keep(context.Context) (tui.Kept, error) {
	written, err := os.ReadFile(x.path)
	if err != nil {
		return tui.Kept{}, fmt.Errorf("read what you wrote: %w", err)
	}
	if strings.TrimSpace(string(written)) == strings.TrimSpace(x.draft.Text) {
		return tui.Kept{}, os.Remove(x.path)
	}
	kept, err := x.env.keepDraft(x.draft, string(written), filepath.Base(x.path))
	if err != nil {
		return tui.Kept{}, err
	}
	return kept, os.Remove(x.path)
}

// Left is where what was written stays.
func (x *editing) Left() string { return x.path }

// keepDraft writes a draft to its deck.
func (e *env) keepDraft(d deck.Draft, written, name string) (tui.Kept, error) {
	whole, problems, err := d.Finish(written, name)
	if err != nil {
		return tui.Kept{}, err
	}
	if deck.Lost(problems) > 0 {
		return tui.Kept{}, deck.Join(problems)
	}
	to := e.path("decks", d.File)
	if err := note.Replace(to, []byte(whole), 0o600); err != nil {
		return tui.Kept{}, fmt.Errorf("write the deck: %w", err)
	}
	kept := tui.Kept{Changed: true, File: to}
	for _, p := range problems {
		kept.Notes = append(kept.Notes, p.Error())
	}
	return kept, nil
}

// cardEditor lets the screens change cards.
type cardEditor struct {
	env   *env
	study *lateStudy
}

var _ tui.Editor = cardEditor{}

// Edit begins to change the note of a card.
func (c cardEditor) Edit(_ context.Context, card string) (tui.Editing, error) {
	all := deckSources(c.env)
	d, err := deck.Edit(card, all.own(), all.shipped()...)
	if err != nil {
		return nil, err
	}
	x, err := c.env.edit(d)
	if err != nil {
		return nil, err
	}
	return studied{x, c.study}, nil
}

// studied is an editing whose result is studied at once.
type studied struct {
	*editing
	study *lateStudy
}

func (s studied) Keep(ctx context.Context) (tui.Kept, error) {
	kept, err := s.editing.Keep(ctx)
	if err != nil || !kept.Changed {
		return kept, err
	}
	service, err := s.study.open(ctx)
	if err != nil {
		return kept, err
	}
	return kept, service.Refresh(ctx)
}
