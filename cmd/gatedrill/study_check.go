package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
)

func cardsCheck(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "check [FILE|FOLDER…]", Short: "Say all that is wrong with decks, by file and line",
		Long: `Checks the given deck files, or all decks when none is given: the program's
own and those in the folder decks of gatedrill's home.
Exit code 1 if there is any problem.`,
		RunE: func(_ *cobra.Command, args []string) error { return e.judgeDecks(args, nil) },
	}
}

func cardsLint(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "lint [FILE|FOLDER…]", Short: "Say what makes cards hard to learn from, by file and line",
		Long: `Says what cards check says, and besides which cards ask nearly the same, which
ask two things at once, and of which layers there are few: of the given deck
files, or of all decks when none is given. Exit code 1 if there is anything.`,
		RunE: func(_ *cobra.Command, args []string) error { return e.judgeDecks(args, deck.Style) },
	}
}

// judgeDecks prints what is wrong with deck files, or with all decks. The
// given files may presume cards of the program and of the learner's.
func (e *env) judgeDecks(args []string, more func([]cards.Deck) []deck.Problem) error {
	sources := deckSources(e)
	if len(args) > 0 {
		beside := sources
		sources = sourcesOf(args)
		for _, s := range beside {
			s.Beside = true
			sources = append(sources, s)
		}
	}
	decks, problems := deck.Load(sources...)
	if more != nil {
		problems = append(problems, more(decks)...)
	}
	for _, p := range problems {
		fmt.Fprintln(e.Stdout, visible(p.Error()))
	}
	n := 0
	for _, d := range decks {
		n += len(d.Cards)
	}
	if len(problems) > 0 {
		return fail(exitFailed, fmt.Errorf("%s; %s can be used", counted(problems), count(n, "card")))
	}
	fmt.Fprintf(e.Stdout, "%s in %s, no problems\n", count(n, "card"), count(len(decks), "file"))
	return nil
}

// counted is the number of problems, and of those that home counts too: they
// keep cards from being loaded.
func counted(problems []deck.Problem) string {
	return fmt.Sprintf("%s, %d of which kept cards from being loaded", count(len(problems), "problem"), deck.Lost(problems))
}

// sourcesOf makes sources of files and folders of the command line.
func sourcesOf(args []string) deckFiles {
	var out deckFiles
	for _, a := range args {
		if info, err := os.Stat(a); err == nil && info.IsDir() {
			out = append(out, deck.Source{FS: os.DirFS(a), Name: a})
			continue
		}
		dir := filepath.Dir(a)
		out = append(out, deck.Source{FS: os.DirFS(dir), Name: dir, Only: filepath.Base(a)})
	}
	return out
}
