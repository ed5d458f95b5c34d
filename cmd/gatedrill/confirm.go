package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// confirm asks a question on the terminal, unless it was answered by --yes.
// Anything but a yes is an error that says that nothing was changed.
func (e *env) confirm(ctx context.Context, question string, yes bool) error {
	if yes {
		return nil
	}
	typed, err := e.typed(ctx, question+" [y/N] ", "--yes")
	if err != nil {
		return err
	}
	if typed = strings.ToLower(typed); typed != "y" && typed != "yes" {
		return fail(exitFailed, errors.New("nothing was changed"))
	}
	return nil
}

// typed asks for a line on the terminal. Where there is none, it is a flag
// that answers.
func (e *env) typed(ctx context.Context, question, flag string) (string, error) {
	in, ok := e.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", usagef("there is no terminal to confirm on, and nothing was changed; in a script, say: %s", flag)
	}
	fmt.Fprint(e.Stderr, question)
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(in).ReadString('\n') // what cannot be read is no confirmation
		line <- strings.TrimSpace(text)
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case text := <-line:
		return text, nil
	}
}
