//go:build unix

// Package terminal runs a program on a terminal that exists only in memory:
// a pty with an emulator behind it. Pictures, benchmarks and whole-program
// tests look at what a person would see, and press the same keys.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// Screen is a running program and the terminal it draws on.
type Screen struct {
	mu      sync.Mutex
	emu     *vt.Emulator
	pty     *os.File
	cmd     *exec.Cmd
	changed chan struct{} // closed and replaced at each write
	ended   chan struct{} // closed when the program is gone
	err     error         // how it ended; read after ended
}

// Start runs the command on a terminal of the given size, in cells.
func Start(cmd *exec.Cmd, width, height int) (*Screen, error) {
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)})
	if err != nil {
		return nil, fmt.Errorf("start %s on a terminal: %w", cmd.Path, err)
	}
	s := &Screen{
		emu: vt.NewEmulator(width, height), pty: f, cmd: cmd,
		changed: make(chan struct{}), ended: make(chan struct{}),
	}
	go s.draw()
	go s.reply()
	return s, nil
}

// draw feeds the program's output to the emulator until it ends.
func (s *Screen) draw() {
	buf := make([]byte, 32<<10)
	for {
		n, err := s.pty.Read(buf)
		if n > 0 {
			s.mu.Lock()
			_, _ = s.emu.Write(buf[:n]) // an emulator in memory does not fail
			close(s.changed)
			s.changed = make(chan struct{})
			s.mu.Unlock()
		}
		if err != nil {
			break
		}
	}
	s.err = s.cmd.Wait()
	close(s.ended)
}

// reply hands the emulator's answers to the program's questions back.
func (s *Screen) reply() {
	_, _ = io.Copy(s.pty, s.emu) // ends with Close
}

// Type sends text as typed.
func (s *Screen) Type(text string) error {
	if _, err := io.WriteString(s.pty, text); err != nil {
		return fmt.Errorf("type %q: %w", text, err)
	}
	return nil
}

// String is the screen's text, one line a row, trailing blanks cut.
func (s *Screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := make([]string, s.emu.Height())
	for y := range rows {
		var b strings.Builder
		for x := 0; x < s.emu.Width(); x++ {
			switch c := s.emu.CellAt(x, y); {
			case c == nil || c.Content == "" && c.Width != 0:
				b.WriteByte(' ')
			default:
				b.WriteString(c.Content)
			}
		}
		rows[y] = strings.TrimRight(b.String(), " ")
	}
	return strings.Join(rows, "\n")
}

// Cells calls f for every cell, row by row.
func (s *Screen) Cells(f func(x, y int, c *uv.Cell)) (width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for y := range s.emu.Height() {
		for x := range s.emu.Width() {
			f(x, y, s.emu.CellAt(x, y))
		}
	}
	return s.emu.Width(), s.emu.Height()
}

// ErrEnded is returned by WaitFor when the program ended before.
var ErrEnded = errors.New("the program ended")

// WaitFor returns when the text stands on the screen.
func (s *Screen) WaitFor(ctx context.Context, text string) error {
	for {
		s.mu.Lock()
		next := s.changed
		s.mu.Unlock()
		if strings.Contains(s.String(), text) {
			return nil
		}
		select {
		case <-next:
		case <-s.ended:
			if strings.Contains(s.String(), text) {
				return nil
			}
			return fmt.Errorf("wait for %q: %w (%v); the screen was:\n%s", text, ErrEnded, s.err, s)
		case <-ctx.Done():
			return fmt.Errorf("wait for %q: %w; the screen is:\n%s", text, context.Cause(ctx), s)
		}
	}
}

// Wait returns when the program has ended, with how it ended.
func (s *Screen) Wait(ctx context.Context) error {
	select {
	case <-s.ended:
		return s.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Pid is the program's process id.
func (s *Screen) Pid() int { return s.cmd.Process.Pid }

// Close ends the program, if it runs still, and the terminal.
func (s *Screen) Close() error {
	select {
	case <-s.ended:
	default:
		_ = s.cmd.Process.Signal(os.Interrupt)
		select {
		case <-s.ended:
		case <-time.After(2 * time.Second):
			_ = s.cmd.Process.Kill()
			<-s.ended
		}
	}
	return errors.Join(s.pty.Close(), s.emu.Close())
}
