package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/lint"
	"github.com/gatedrill/gatedrill/labs/verify"
)

// authorCommand is for those who write labs. Its commands take folders, where
// those of `lab` take ids.
func authorCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "author", Short: "Write labs: a new one, what is wrong with it, its proof, how it reads",
		Long: `Write labs. A lab is a folder; a folder of labs works from anywhere:

  gatedrill author library                      scenes, and the faults that fit them
  gatedrill author new labs/late-trams --scene edge --fault target-port
  gatedrill author lint labs/late-trams         what is wrong, by file and line
  gatedrill author preview labs/late-trams      as a learner reads it, with what is behind it
  gatedrill author verify labs/late-trams       prove it on a live cluster
  gatedrill lab start late-trams --labs labs    play it

Labs in the folder labs of gatedrill's home, in those that $GATEDRILL_LABS names,
and in those of --labs are listed beside the program's own. CONTRIBUTING.md says how
a good lab is written.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(authorLibrary(e), authorNew(e), authorLint(e), authorPreview(e), authorVerify(e))
	return c
}

// written are the labs of some folders.
type written struct {
	Labs     []labs.Lab
	Around   lint.Around
	Problems []labs.Problem // why some labs are not there
}

// readWritten reads labs by their folders, or by folders of them.
func readWritten(e *env, paths []string) (written, error) {
	var out written
	for _, p := range paths {
		p = filepath.Clean(p)
		dir, only := p, ""
		if _, err := os.Stat(filepath.Join(p, "lab.yaml")); err == nil {
			dir, only = filepath.Dir(p), filepath.Base(p)
		}
		if err := out.read(dir, only); err != nil {
			return out, err
		}
	}
	out.Around.Cards = map[string][]string{}
	decks, _ := deck.Load(deckSources(e)...)
	for _, d := range decks {
		for _, c := range d.Cards {
			out.Around.Cards[c.ID] = c.Labs
		}
	}
	return out, nil
}

// read takes the labs of a folder, or one of them. In a clone of the project
// the scenes and faults beside the folder count, and not the program's.
func (w *written) read(dir, only string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return usagef("%s: %s: want a lab's folder, or a folder of labs", dir, cause(err))
	}
	defer root.Close()
	theirs := labfile.Folder{Name: dir, FS: root.FS(), Foreign: true}
	shared, folders := ownShared(), []labfile.Folder{ownLabs(), theirs}
	if beside := filepath.Join(dir, ".."); isFolder(filepath.Join(beside, labfile.ScenesDir)) {
		library, err := os.OpenRoot(beside)
		if err != nil {
			return fmt.Errorf("open the library beside %s: %w", dir, err)
		}
		defer library.Close()
		shared, folders = labfile.Folder{Name: beside, FS: library.FS()}, []labfile.Folder{theirs}
	}
	all, problems := labfile.Open(shared, folders...)
	found := false
	for _, l := range all.Labs {
		if l.From == dir && (only == "" || l.ID == only) {
			w.Labs, found = append(w.Labs, l), true
		}
	}
	for _, p := range problems {
		if elsewhere(p, dir, only) {
			continue
		}
		w.Problems, found = append(w.Problems, p), true
	}
	if !found {
		return usagef("%s holds no lab: want a lab's folder, with lab.yaml in it, or a folder of such", filepath.Join(dir, only))
	}
	w.Around.Labs, w.Around.World = append(w.Around.Labs, all.Labs...), all.World
	return nil
}

// elsewhere says whether a problem is of another lab of the folder than the
// one that was asked for.
func elsewhere(p labs.Problem, dir, only string) bool {
	rest, in := strings.CutPrefix(p.File, filepath.ToSlash(dir)+"/")
	return only != "" && in && rest != only && !strings.HasPrefix(rest, only+"/")
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// lint looks at what was read.
func (w *written) lint() []labs.Problem {
	problems := slices.Clone(w.Problems)
	for i := range w.Labs {
		problems = append(problems, lint.Lab(&w.Labs[i], w.Around)...)
	}
	return problems
}

func authorLint(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "lint [FOLDER…]", Short: "Say what is wrong with labs, by file, line and column",
		Long: `Say what is wrong with labs, by file, line and column: what cannot be read, what
is missing, what gives the lab away, what its commands name in vain. A FOLDER is a
lab's, or one of labs; without one, all labs are looked at that are not the
program's own. Nothing is run.

Exit code 1 when anything is wrong.`,
	}
	asJSON := jsonFlag(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = labFolders(e)
		}
		if len(args) == 0 {
			return usagef("name a lab's folder, or a folder of labs: there is none in %s", e.path("labs"))
		}
		w, err := readWritten(e, args)
		if err != nil {
			return err
		}
		problems := w.lint()
		if *asJSON {
			err = writeJSON(e.Stdout, append([]labs.Problem{}, problems...))
		} else {
			err = printProblems(e, problems, len(w.Labs))
		}
		if err == nil && len(problems) > 0 {
			return fail(exitFailed, nil)
		}
		return err
	}
	return c
}

func printProblems(e *env, problems []labs.Problem, good int) error {
	p := &printer{w: e.Stdout}
	for _, x := range problems {
		p.line("%s", visible(x.String()))
	}
	if len(problems) == 0 {
		p.line("labs read: %d; nothing is wrong that files can tell; next: gatedrill author verify", good)
	}
	return p.err
}

func authorVerify(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "verify FOLDER…", Short: "Prove labs on a live cluster, by their folders", Args: cobra.MinimumNArgs(1),
		Long: `Prove labs on a live cluster, as gatedrill lab verify does by their ids: healthy
base, broken exactly where claimed, each question and command, each shortcut
stopped, each solution heals, clean after reset. What lint finds is told first; a
lab that cannot be read is not proved. The commands that the lab's steps name are
run, as you.

Exit code 1 when anything does not hold.`,
	}
	asJSON := jsonFlag(c)
	backendFlag(e, c)
	c.RunE = func(c *cobra.Command, args []string) error {
		w, err := readWritten(e, args)
		if err != nil {
			return err
		}
		problems := w.lint()
		for _, p := range problems {
			say(e.Stderr, p.String())
		}
		if len(w.Labs) == 0 {
			return fail(exitFailed, nil)
		}
		ok, err := shown(e, len(w.Labs) > 1, *asJSON, func(report func(verify.Line)) (bool, []verify.Line, error) {
			return proveLabs(c.Context(), e, w.Labs, w.Around.World, true, report)
		})
		if err == nil && (!ok || len(problems) > 0) {
			return fail(exitFailed, nil)
		}
		return err
	}
	return c
}
