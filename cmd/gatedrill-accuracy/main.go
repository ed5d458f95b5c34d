//go:build unix

// Command gatedrill-accuracy runs the cases of labs/accuracy in sandboxes of
// its own and says how right the trace is about them:
//
//	gatedrill-accuracy --programs DIR --home DIR
//	gatedrill-accuracy --only 'h1-*' --record …
//	gatedrill-accuracy --draw 100 --seed 7 …
//
// The exit code is 1 when a promise is not kept, or a case is not what it
// claims.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/cmd/internal/tool"
	"github.com/gatedrill/gatedrill/labs/accuracy"
	"github.com/gatedrill/gatedrill/labs/trace"
)

func main() { tool.Main("gatedrill-accuracy", run) }

// settings are the command line.
type settings struct {
	binary   string // the light program
	programs string // directory of the sandbox's programs
	home     string // of the sandboxes' data
	cases    string // folder of the cases
	only     string // glob over ids
	draw     int    // how many of them, 0 for all
	seed     uint64 // which ones
	lanes    int
	record   bool
	keep     bool
	json     bool
}

func parse(args []string) (settings, error) {
	var s settings
	fs := flag.NewFlagSet("gatedrill-accuracy", flag.ContinueOnError)
	fs.StringVar(&s.binary, "binary", "bin/gatedrill", "the program that enters the sandbox (make build)")
	fs.StringVar(&s.programs, "programs", "", "`directory` of the sandbox's programs (make sandbox)")
	fs.StringVar(&s.home, "home", "", "`directory` for the data of the sandboxes")
	fs.StringVar(&s.cases, "cases", "labs/accuracy/cases", "`folder` of the cases")
	fs.StringVar(&s.only, "only", "", "run only cases whose id matches a `glob`")
	fs.IntVar(&s.draw, "draw", 0, "run so many of the cases, drawn by --seed (0: all)")
	fs.Uint64Var(&s.seed, "seed", 0, "what --draw draws by (0: anew each time; it is printed)")
	fs.IntVar(&s.lanes, "lanes", 4, "sandboxes that run cases side by side")
	fs.BoolVar(&s.record, "record", false, "write what was judged beside each case")
	fs.BoolVar(&s.keep, "keep", false, "leave the objects of the last case, and the sandbox running, to look at")
	fs.BoolVar(&s.json, "json", false, "print JSON")
	if err := fs.Parse(args); err != nil {
		return s, err
	}
	if fs.NArg() > 0 || s.lanes < 1 || s.draw < 0 || s.programs == "" || s.home == "" {
		return s, errors.New("want gatedrill-accuracy --programs DIR --home DIR [--only GLOB] [--draw N [--seed S]] [--lanes N] [--record] [--keep] [--json]")
	}
	if s.keep {
		s.lanes = 1
	}
	var err error
	if s.binary, err = tool.Program(s.binary); err != nil {
		return s, err
	}
	for _, p := range []*string{&s.programs, &s.home} {
		if *p, err = filepath.Abs(*p); err != nil {
			return s, fmt.Errorf("make %s absolute: %w", *p, err)
		}
	}
	return s, nil
}

func run(ctx context.Context, args []string, out, log io.Writer) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	cases, err := chosen(s)
	if err != nil {
		return err
	}
	if s.draw > 0 && s.draw < len(cases) {
		if s.seed == 0 {
			s.seed = rand.Uint64()
		}
		fmt.Fprintf(log, "%d of %d cases, drawn by --seed %d\n", s.draw, len(cases), s.seed)
		cases = drawn(cases, s.draw, s.seed)
	}
	f := &field{settings: s, log: log, now: time.Now, trace: trace.Trace}
	results, err := f.run(ctx, cases)
	if err != nil {
		return err
	}
	report := accuracy.Sum(results)
	if s.json {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		err = e.Encode(struct {
			accuracy.Report
			Cases []accuracy.Result `json:"cases"`
		}{report, results})
	} else {
		err = report.Print(out)
	}
	if missed := report.Missed(); err == nil && missed != "" {
		err = errors.New(missed)
	} else if err == nil && s.only != "" && len(report.Wrong) > 0 {
		err = fmt.Errorf("%d of the chosen cases are wrong", len(report.Wrong))
	}
	return err
}

// chosen are the cases to run, those that change what others see last.
func chosen(s settings) ([]accuracy.Case, error) {
	cases, problems := accuracy.Load(os.DirFS(s.cases))
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, filepath.Join(s.cases, p.String()))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("%d problems in the cases", len(problems))
	}
	var out []accuracy.Case
	for _, c := range cases {
		match := s.only == ""
		if !match {
			var err error
			if match, err = path.Match(s.only, c.ID); err != nil {
				return nil, fmt.Errorf("--only %q: %w", s.only, err)
			}
		}
		if match {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no case in %s matches %q", s.cases, s.only)
	}
	slices.SortStableFunc(out, func(a, b accuracy.Case) int { return rank(a) - rank(b) })
	return out, nil
}

// drawn are n of the cases, in the order they had.
func drawn(cases []accuracy.Case, n int, seed uint64) []accuracy.Case {
	places := rand.New(rand.NewPCG(seed, 0)).Perm(len(cases))[:n]
	slices.Sort(places)
	out := make([]accuracy.Case, n)
	for i, p := range places {
		out[i] = cases[p]
	}
	return out
}

func rank(c accuracy.Case) int {
	if slices.Contains(c.Needs, accuracy.NeedsEgress) {
		return 1
	}
	return 0
}
