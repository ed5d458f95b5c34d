//go:build unix

// Package terminal runs a program on a terminal that exists only in memory:
// a pty with an emulator behind it. The learner's shell beside a lab is one
// (Live); pictures, benchmarks and whole-program tests look at what a person
// would see, and press the same keys.
package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Screen is a running program and the terminal it draws on.
type Screen struct {
	mu      sync.Mutex
	emu     *vt.Emulator
	hidden  bool               // the cursor is
	modes   map[ansi.Mode]bool // that the program switched
	number  int                // of changes
	back    int                // lines that it is scrolled back
	pty     *os.File
	cmd     *exec.Cmd
	changed chan struct{} // closed and replaced at each write
	exited  chan struct{} // closed when the program is gone
	ended   chan struct{} // closed when all it wrote is drawn as well
	err     error         // how it ended; read after exited
	freed   sync.Once
}

// Start runs the command on a terminal of the given size, in cells.
func Start(cmd *exec.Cmd, width, height int) (*Screen, error) {
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)})
	if err != nil {
		return nil, fmt.Errorf("start %s on a terminal: %w", cmd.Path, err)
	}
	if f, err = closable(f); err != nil {
		return nil, fmt.Errorf("start %s on a terminal: %w", cmd.Path, errors.Join(err, cmd.Process.Kill(), cmd.Wait()))
	}
	s := &Screen{
		emu: vt.NewEmulator(width, height), modes: map[ansi.Mode]bool{}, pty: f, cmd: cmd,
		changed: make(chan struct{}), exited: make(chan struct{}), ended: make(chan struct{}),
	}
	s.emu.SetScrollbackSize(scrollback)
	s.emu.SetCallbacks(callbacks(s))
	input, output := newQueue(true), newQueue(false)
	go output.fill(f)
	go s.wait()
	go s.draw(output)
	go input.fill(s.emu) // keys, and the emulator's answers to the program's questions; ends with free
	go send(f, input)
	return s, nil
}

// closable makes a terminal's file one whose Close ends a Read: the library
// leaves it in blocking mode.
func closable(f *os.File) (*os.File, error) {
	fd, err := unix.Dup(int(f.Fd()))
	if err == nil {
		unix.CloseOnExec(fd)
		err = unix.SetNonblock(fd, true)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// resize tells the program of the terminal's size. One that is gone needs none.
func (s *Screen) resize(w, h int) {
	raw, err := s.pty.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(w), Row: uint16(h)})
	})
}

// draw feeds the program's output to the emulator until it ends. Keys wait for
// no more than a piece of it.
func (s *Screen) draw(output *queue) {
	const piece = 256
	for text := output.take(); len(text) > 0; text = output.take() {
		for part := range slices.Chunk(s.seen(text), piece) {
			s.write(part)
		}
	}
	<-s.exited
	close(s.ended)
}

// lastWords is how long a program that is gone may still be heard: what it
// wrote is on its way. Jobs that it left behind may hold the terminal longer,
// and are hung up.
const lastWords = 200 * time.Millisecond

// wait waits for the program's end.
func (s *Screen) wait() {
	s.err = s.cmd.Wait()
	close(s.exited)
	select {
	case <-s.ended:
	case <-time.After(lastWords):
		_ = s.pty.Close() // closed once more by free, which says nothing of it
	}
}

// seen leaves out of plain text the lines that would be gone at once: those
// behind them fill the screen and all that is kept of what left it. The
// emulator takes some 50 µs a line.
func (s *Screen) seen(text []byte) []byte {
	if len(text) < 2*scrollback {
		return text
	}
	s.mu.Lock()
	keep := scrollback + s.emu.Height()
	plain := !s.emu.IsAltScreen() && s.back == 0
	s.mu.Unlock()
	from := len(text)
	for range keep {
		if from = bytes.LastIndexByte(text[:from], '\n'); from < 0 {
			return text
		}
	}
	if !plain || bytes.IndexFunc(text[:from], func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }) >= 0 {
		return text
	}
	return append([]byte{'\r'}, text[from:]...)
}

func send(to io.Writer, input *queue) {
	for text := input.take(); len(text) > 0; text = input.take() {
		if _, err := to.Write(text); err != nil {
			return
		}
	}
}

// write draws output. Who is scrolled back stays where they are.
func (s *Screen) write(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.emu.ScrollbackLen()
	_, _ = s.emu.Write(p) // an emulator in memory does not fail
	if s.back > 0 {
		s.back = min(s.back+max(s.emu.ScrollbackLen()-before, 0), s.emu.ScrollbackLen())
	}
	s.touch()
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
	return s.free()
}

// free gives back what the terminal holds, once. The emulator is ended by its
// pipe: its own Close writes, without a lock, what the reader of that reads.
func (s *Screen) free() error {
	var err error
	s.freed.Do(func() {
		if err = s.pty.Close(); errors.Is(err, os.ErrClosed) {
			err = nil
		}
		if pipe, ok := s.emu.InputPipe().(io.Closer); ok {
			err = errors.Join(err, pipe.Close())
		}
	})
	return err
}
