// Command gatedrill is a terminal trainer for engineers who run and debug
// Istio gateways: study cards by spaced repetition, and labs that break a
// live gateway and check every step of the way back.
//
// Data goes to standard output, everything else to standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/tui"
)

func main() {
	e, err := hosted()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gatedrill:", err)
		os.Exit(exitFailed)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end; the second one ends the program
	// whatever it is doing.
	context.AfterFunc(ctx, stop)
	code := run(ctx, e, os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, e *env, args []string) int {
	printed := &tally{Writer: e.Stdout}
	if asksJSON(args) {
		was := e.Stdout
		e.Stdout = printed
		defer func() { e.Stdout = was }()
	}
	root := rootCommand(e)
	root.SetArgs(args)
	root.SetIn(e.Stdin)
	root.SetOut(e.Stdout)
	root.SetErr(e.Stderr)
	c, err := root.ExecuteContextC(ctx)
	e.close()
	if err == nil {
		return 0
	}
	code := exitFailed
	var coded *exitError
	if errors.As(err, &coded) {
		code = coded.code
	} else if errors.As(err, new(badUsage)) {
		code = exitUsage
	} else if errors.Is(err, cluster.ErrNotRunning) {
		code = exitUnknown
	}
	if msg := err.Error(); msg != "" {
		if coded == nil && code == exitUsage {
			msg += "\nusage: " + c.UseLine() + "\nmore:  " + c.CommandPath() + " --help"
		}
		document := asksJSON(args) && c.Flags().Lookup("json") != nil && printed.bytes == 0
		if !document || writeJSON(e.Stdout, object{"error": failureOf(err, msg)}) != nil {
			say(e.Stderr, msg)
		}
	}
	return code
}

// say prints an error of one or more lines with the program's name in front.
// Errors quote files, arguments and the cluster: all of it is made visible.
func say(w io.Writer, msg string) {
	msg = strings.ReplaceAll(strings.TrimRight(msg, "\n"), "\t", "  ")
	for i, line := range strings.Split(visibleLines(msg), "\n") {
		if i == 0 {
			fmt.Fprintln(w, "gatedrill:", line)
			continue
		}
		fmt.Fprintln(w, "  "+line)
	}
}

// badUsage is a complaint about a command line that cobra returned, which has
// no types for its own.
type badUsage struct{ error }

func (b badUsage) Unwrap() error { return b.error }

// markUsage makes what a command and those below it say of their flags and
// arguments errors of the command line.
func markUsage(c *cobra.Command) {
	say := c.FlagErrorFunc() // of its own, or of a command above
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return badUsage{say(c, err)} })
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return badUsage{err}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		markUsage(sub)
	}
}

func rootCommand(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "gatedrill",
		Short: "Learn to debug Istio gateways: study cards and labs on a live Envoy",
		Long: `Trains you to run and debug Istio gateways: study cards, and labs in which a real
Envoy is really broken. Without a command it opens the program in the terminal.

Everything is kept in $GATEDRILL_HOME, else $XDG_DATA_HOME/gatedrill, else
~/.local/share/gatedrill; your own decks go into the folder decks there, your own
labs into the folder labs.`,
		Example: `  gatedrill
  gatedrill review --plain
  gatedrill lab start shop-is-gone`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		RunE:          func(c *cobra.Command, _ []string) error { return openTUI(c.Context(), e, tui.Open{}) },
	}
	root.PersistentFlags().StringArrayVar(&e.labs, "labs", nil, "another `folder` of labs, or $"+labsVariable)
	root.AddCommand(studyCommands(e)...)
	root.AddCommand(backupCommands(e)...)
	root.AddCommand(labCommands(e)...)
	root.AddCommand(authorCommand(e))
	root.AddCommand(traceCommands(e)...)
	root.AddCommand(hostsCommand(e))
	root.AddCommand(clusterCommands(e)...)
	root.AddCommand(sandboxCommands(e)...)
	root.AddCommand(settingsCommand(e), doctorCommand(e), demoCommand(e), manCommand(e), exitCodesTopic())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	completeFiles(root)
	markUsage(root)
	return root
}

// exitCodesTopic is help that is not a command.
func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `Exit codes of all commands:

  0  done, or the answer is yes (healthy, right, solved)
  1  failed, or the answer is no (broken, wrong)
  2  wrong arguments: an unknown name, a step not reached yet, an answer that
     cannot be read as one; or a terminal is needed and there is none
  3  unknown: the cluster could not be asked, so neither yes nor no

lab shell, sandbox shell and sandbox run end with the code of what they ran.`,
	}
}
