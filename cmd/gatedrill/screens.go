package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"github.com/gatedrill/gatedrill/cards/command"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/look"
)

// framesPerSecond is the most Bubble Tea allows: the first frame waits for
// one tick of it.
const framesPerSecond = 120

// openTUI runs the terminal program; start is a screen to open over home.
func openTUI(ctx context.Context, e *env, start tui.Open) error {
	if why := noScreen(e); why != "" {
		return fail(exitUsage, errors.New(why+"\n"+
			"cards line by line:  gatedrill review --plain\n"+
			"the whole tour:      gatedrill demo\n"+
			"all commands:        gatedrill --help"))
	}
	config, closeCards, err := openCards(ctx, e)
	if err != nil {
		return err
	}
	defer func() { _ = closeCards() }()
	late := &lateStudy{config: config}

	ctx, stop := context.WithCancel(ctx)
	chosen, err := looksOf(e)
	opts := tui.Options{Context: ctx, Now: e.Now, Start: start, Look: &chosen}
	if err != nil { // gatedrill settings mends it, KEY by KEY
		chosen = look.Default()
		opts.Trouble = err.Error()
	}
	ports := tui.Ports{Study: late, Editor: cardEditor{e, late}, Compare: command.Compare, Problems: func(context.Context) []string { return deckSources(e).trouble() }}
	ports.Settings = settings{e, late.open}
	closeLabs := joinLabs(e, late, &ports, &opts)
	kept := keepBehind(ctx, e, config.Store)

	program := []tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(framesPerSecond)}
	if e.Getenv("NO_COLOR") != "" { // any value, as no-color.org says; the library wants a boolean
		program = append(program, tea.WithColorProfile(colorprofile.ASCII))
	}
	_, err = tea.NewProgram(tui.New(ports, opts), program...).Run()
	stop()
	closeLabs()
	kept.Wait()
	if err != nil && !errors.Is(err, tea.ErrInterrupted) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("run the screens: %w", err)
	}
	return nil
}

// keepBehind makes the day's copy behind the first screens. Leaving ends it; the
// next program makes it then.
func keepBehind(ctx context.Context, e *env, s study.Store) *sync.WaitGroup {
	const later = 5 * time.Second // decks that changed are taken over before
	quiet := *e
	quiet.Stderr = io.Discard // the terminal is the screens'; what the copy lacks, the next command says
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-time.After(later):
			keepDaily(ctx, &quiet, s)
		case <-ctx.Done():
		}
	})
	return &wg
}

// noScreen says why screens cannot be painted, "" if they can.
func noScreen(e *env) string {
	switch {
	case !onTerminal(e):
		return "this needs a terminal, and there is none"
	case e.Getenv("TERM") == "dumb":
		return "this paints whole screens, and TERM=dumb says that the terminal cannot show them"
	}
	return ""
}

// onTerminal says whether a person can see and type.
func onTerminal(e *env) bool {
	in, ok := e.Stdin.(*os.File)
	if !ok || !term.IsTerminal(in.Fd()) {
		return false
	}
	out, ok := e.Stdout.(*os.File)
	return ok && term.IsTerminal(out.Fd())
}
