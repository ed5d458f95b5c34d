// Package tuitest drives screens in tests: it runs a model's commands until
// nothing moves, presses keys, renders, and plays the ports. Everything runs
// inside testing/synctest, so time stands still until a test lets it pass and
// nothing ever sleeps. Only tests import it.
package tuitest

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/gatedrill/gatedrill/tui/screen"
)

// Driver runs a model as Bubble Tea would, one message after the other.
type Driver struct {
	Model tea.Model
	Quit  bool // the model asked to end the program
	// Sent collects the type-less view of messages for assertions: every
	// message that was delivered, in order.
	Sent []tea.Msg

	T       *testing.T // of the bubble
	results chan tea.Msg
}

// Run gives f a driver of the model at a size, inside a bubble. make is called
// in the bubble; stop ends what the model waits for.
func Run(t *testing.T, w, h int, setup func() (tea.Model, func()), f func(*Driver)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m, stop := setup()
		d := &Driver{Model: m, T: t, results: make(chan tea.Msg, 4096)}
		defer func() {
			stop()
			time.Sleep(time.Minute) // timers under way end with the bubble
		}()
		d.spawn(m.Init())
		d.Send(tea.WindowSizeMsg{Width: w, Height: h})
		f(d)
	})
}

// Send delivers messages and drains what follows from them.
func (d *Driver) Send(msgs ...tea.Msg) {
	d.T.Helper()
	for _, m := range msgs {
		d.deliver(m)
		d.Drain()
	}
}

// Drain runs commands and delivers their messages until every command still
// under way waits for something outside: a change, or time.
func (d *Driver) Drain() {
	d.T.Helper()
	for range 10_000 {
		synctest.Wait()
		select {
		case m := <-d.results:
			d.deliver(m)
		default:
			return
		}
	}
	d.T.Fatal("the model never comes to rest")
}

// Pass lets time pass, in steps short enough for the model to act meanwhile.
func (d *Driver) Pass(t time.Duration) {
	d.T.Helper()
	for step := 250 * time.Millisecond; t > 0; t -= step {
		time.Sleep(min(step, t))
		d.Drain()
	}
}

func (d *Driver) deliver(m tea.Msg) {
	switch m := m.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, cmd := range m {
			d.spawn(cmd)
		}
		return
	case tea.QuitMsg:
		d.Quit = true
		return
	case screen.Exec: // Bubble Tea would hand it the terminal
		d.spawn(func() tea.Msg { return m.Done(m.Command.Run()) })
		return
	}
	d.Sent = append(d.Sent, m)
	var cmd tea.Cmd
	d.Model, cmd = d.Model.Update(m)
	d.spawn(cmd)
}

func (d *Driver) spawn(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() { d.results <- cmd() }()
}

// Press presses keys by their names: "enter", "H", "ctrl+c".
func (d *Driver) Press(names ...string) {
	d.T.Helper()
	for _, n := range names {
		d.Send(Key(n))
	}
}

// Burst presses keys faster than their commands return.
func (d *Driver) Burst(names ...string) {
	d.T.Helper()
	for _, n := range names {
		d.deliver(Key(n))
	}
	d.Drain()
}

// Type types text, one key a character.
func (d *Driver) Type(text string) {
	d.T.Helper()
	for _, r := range text {
		d.Send(Key(string(r)))
	}
}

// Key makes the message of one key press.
func Key(name string) tea.KeyPressMsg {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace,
	}
	if code, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
	}
	if name == "space" {
		name = " "
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// Render is what is on screen, without colours and without spaces at line
// ends.
func (d *Driver) Render() string { return Plain(d.Model.View().Content) }

// Has fails the test unless all texts are on screen, wherever lines break.
func (d *Driver) Has(texts ...string) {
	d.T.Helper()
	screen := d.Render()
	for _, text := range texts {
		if !strings.Contains(flat(screen), flat(text)) {
			d.T.Errorf("%q is not on screen:\n%s", text, screen)
		}
	}
}

// HasNot fails the test when one of the texts is on screen.
func (d *Driver) HasNot(texts ...string) {
	d.T.Helper()
	screen := d.Render()
	for _, text := range texts {
		if strings.Contains(flat(screen), flat(text)) {
			d.T.Errorf("%q is on screen:\n%s", text, screen)
		}
	}
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// Plain strips colours and trailing spaces.
func Plain(s string) string {
	lines := strings.Split(ansi.Strip(s), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
