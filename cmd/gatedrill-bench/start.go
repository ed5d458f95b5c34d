//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cmd/internal/terminal"
)

// What stands on the home screen from its first frame on, and what only when
// the cards were counted.
const (
	firstFrame = "Today"
	counted    = "cards due"
)

// measureStart opens the program on a terminal of 80×24, again and again. The
// clock begins before the terminal and the process are made.
func measureStart(ctx context.Context, b *bench) ([]row, error) {
	home, err := b.home(ctx)
	if err != nil {
		return nil, err
	}
	if _, _, err := b.open(ctx, home); err != nil { // brings the files into memory
		return nil, err
	}
	var frames, full []time.Duration
	for range b.runs {
		frame, all, err := b.open(ctx, home)
		if err != nil {
			return nil, err
		}
		frames, full = append(frames, frame), append(full, all)
	}
	const want = 50 * time.Millisecond
	return []row{
		timed(fmt.Sprintf("process start to first frame, %d cards", b.cards), want, frames),
		timed("… to the home screen with its numbers", 0, full),
	}, nil
}

// open starts the program, sees home drawn, and ends it as a learner would.
func (b *bench) open(ctx context.Context, home string) (frame, full time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := b.command(ctx, home)
	began := time.Now()
	screen, err := terminal.Start(cmd, 80, 24)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, screen.Close()) }()
	if err := screen.WaitFor(ctx, firstFrame); err != nil {
		return 0, 0, err
	}
	frame = time.Since(began)
	if err := screen.WaitFor(ctx, counted); err != nil {
		return 0, 0, err
	}
	full = time.Since(began)
	if err := screen.Type("q"); err != nil {
		return 0, 0, err
	}
	return frame, full, screen.Wait(ctx)
}
