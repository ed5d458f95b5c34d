//go:build unix

// Command gatedrill-bench measures what the project promises, each part with
// the real program, and prints a table with medians and 95th percentiles:
//
//	gatedrill-bench all
//	gatedrill-bench start --cards 100000 --runs 20
//	gatedrill-bench kind --kind settings.json
//
// A number that is missed is marked and is no failure; the exit code is 1
// only when something could not be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cmd/internal/tool"
)

func main() { tool.Main("gatedrill-bench", run) }

// part is one thing to measure. Its rows are printed with those of others.
type part struct {
	name, about string
	run         func(context.Context, *bench) ([]row, error)
	apart       bool // not one of "all": it needs more than the project has
}

func parts() []part {
	return []part{
		{name: "start", about: "process start to the first frame, and to the home screen with its numbers", run: measureStart},
		{name: "review", about: "the program's start to the first card, and from a grade to the next card", run: measureReview},
		{name: "queue", about: "the day's queue out of all cards", run: measureQueue},
		{name: "sandbox", about: "a sandbox from nothing, and with kept data, to an answer through its gateway", run: measureSandbox},
		{name: "lab", about: "a lab's start, the way from a fix to green, and reset", run: measureLab},
		{name: "trace", about: "a trace in a cluster that is full of routes", run: measureTrace},
		{name: "kind", about: "a kind cluster beside one made by hand, and beside the sandbox", run: measureKind, apart: true},
	}
}

// bench is what the parts share.
type bench struct {
	binary   string // the light program, absolute
	programs string // directory of the sandbox's programs, "" when not given
	kind     string // file of kind settings, "" for the public images
	cards    int
	answers  int // in the log, for each card
	runs     int
	dir      string    // temporary, removed at the end
	log      io.Writer // what is being done, for whoever waits
	filled   string    // data directory with the cards in it, "" until made
}

func run(ctx context.Context, args []string, out, log io.Writer) (err error) {
	chosen, args, err := choose(args)
	if err != nil {
		return err
	}
	b := &bench{log: log}
	fs := flag.NewFlagSet("gatedrill-bench", flag.ContinueOnError)
	fs.StringVar(&b.binary, "binary", "bin/gatedrill", "the program to measure (make build)")
	fs.StringVar(&b.programs, "programs", "", "directory of the sandbox's programs (make sandbox)")
	fs.StringVar(&b.kind, "kind", "", "file that says what a kind cluster is made of; the public images without one")
	fs.IntVar(&b.cards, "cards", 100_000, "cards in the database")
	fs.IntVar(&b.answers, "answers", 10, "answers to each card in the review log")
	fs.IntVar(&b.runs, "runs", 20, "times that each thing is measured")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 || b.cards < 1 || b.runs < 1 || b.answers < 1 {
		return errors.New("want gatedrill-bench PART [--cards N] [--runs N], with N from 1")
	}
	if b.binary, err = tool.Program(b.binary); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "gatedrill-bench-"); err != nil {
		return fmt.Errorf("make a temporary directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	return b.measure(ctx, chosen, out)
}

// choose takes the name of a part off the arguments; "all" is every part.
func choose(args []string) ([]part, []string, error) {
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if name == "all" {
		return slices.DeleteFunc(parts(), func(p part) bool { return p.apart }), args, nil
	}
	known := []string{"all"}
	for _, p := range parts() {
		if p.name == name {
			return []part{p}, args, nil
		}
		known = append(known, p.name)
	}
	return nil, nil, fmt.Errorf("part %q: want one of %s", name, strings.Join(known, ", "))
}

// measure runs the parts and prints one table. A part that fails does not
// keep the others from being measured.
func (b *bench) measure(ctx context.Context, chosen []part, out io.Writer) error {
	var rows []row
	var errs []error
	for _, p := range chosen {
		fmt.Fprintf(b.log, "%s: %s\n", p.name, p.about)
		got, err := p.run(ctx, b)
		rows = append(rows, got...)
		if err != nil {
			errs = append(errs, fmt.Errorf("measure %s: %w", p.name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(append(errs, printTable(out, rows))...)
}
