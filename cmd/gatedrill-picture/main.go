//go:build unix

// Command gatedrill-picture runs a program on a terminal in memory, presses
// keys, and writes what a person would see as an SVG. The pictures of the
// README are made by it:
//
//	gatedrill-picture -o docs/lab.svg -size 80x24 'wait:Today' 'type:l' 'wait:labs' -- bin/gatedrill
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cmd/internal/terminal"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gatedrill-picture:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	fs := flag.NewFlagSet("gatedrill-picture", flag.ContinueOnError)
	out := fs.String("o", "screen.svg", "file to write")
	size := fs.String("size", "80x24", "columns and rows")
	title := fs.String("title", "gatedrill in a terminal", "what the picture shows, for people who cannot see it")
	patience := fs.Duration("patience", 60*time.Second, "how long one wait may take")
	if err := fs.Parse(args); err != nil {
		return err
	}
	steps, command := fs.Args(), []string(nil)
	if i := slices.Index(steps, "--"); i >= 0 {
		steps, command = steps[:i], steps[i+1:]
	}
	if len(command) == 0 {
		return fmt.Errorf("no command: gatedrill-picture [flags] STEP… -- COMMAND [ARG…]")
	}
	w, h, err := parseSize(*size)
	if err != nil {
		return err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=")
	screen, err := terminal.Start(cmd, w, h)
	if err != nil {
		return err
	}
	defer screen.Close()
	for _, step := range steps {
		if err := do(screen, step, *patience); err != nil {
			return err
		}
	}
	if err := os.WriteFile(*out, []byte(screen.SVG(*title)), 0o644); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

// do plays one step: wait:TEXT, type:KEYS (Go escapes allowed) or pause:DURATION.
func do(s *terminal.Screen, step string, patience time.Duration) error {
	verb, arg, _ := strings.Cut(step, ":")
	switch verb {
	case "wait":
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return s.WaitFor(ctx, arg)
	case "type":
		keys, err := strconv.Unquote(`"` + arg + `"`)
		if err != nil {
			return fmt.Errorf("step %q: %w", step, err)
		}
		return s.Type(keys)
	case "pause":
		d, err := time.ParseDuration(arg)
		if err != nil {
			return fmt.Errorf("step %q: %w", step, err)
		}
		time.Sleep(d)
		return nil
	}
	return fmt.Errorf("step %q: want wait:TEXT, type:KEYS or pause:DURATION", step)
}

func parseSize(s string) (w, h int, err error) {
	if _, err := fmt.Sscanf(s, "%dx%d", &w, &h); err != nil || w < 1 || h < 1 {
		return 0, 0, fmt.Errorf("size %q: want COLUMNSxROWS, as 80x24", s)
	}
	return w, h, nil
}
