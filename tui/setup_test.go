package tui_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

func settled(s *tuitest.Settings) func(*world, *tui.Ports, *tui.Options) {
	return func(_ *world, p *tui.Ports, _ *tui.Options) { p.Settings = s }
}

func TestSettingsHoldAtOnce(t *testing.T) {
	t.Parallel()
	s := tuitest.NewSettings()
	play(t, 80, 24, settled(s), func(x *world) {
		colour := func() bool { return strings.Contains(x.Model.View().Content, "\x1b[38;2;") }
		x.Press(",")
		x.Has("settings", "theme auto terminal", "colours: auto goes by")
		if !colour() {
			t.Error("no colours by default")
		}
		for want := range strings.FieldsSeq("dark light contrast ansi none") {
			x.Press("enter")
			x.Has("theme " + want)
		}
		if colour() {
			t.Error("colours without any chosen")
		}
		x.Press("backspace")
		x.Has("theme auto")
	})
}

func TestKeysAreRebound(t *testing.T) {
	t.Parallel()
	s := tuitest.NewSettings()
	play(t, 80, 24, settled(s), func(x *world) {
		x.Press(",", "/")
		x.Type("open-stats")
		x.Press("enter", "enter")
		x.Press("backspace")
		x.Type("t")
		x.Press("enter")
		x.Has(`the key t means`, "already")
		x.Press("backspace")
		x.Type("x")
		x.Press("enter")
		x.Has("key.open-stats x")
		x.Press("esc", "esc")
		x.Has("x stats")
		x.Press("x")
		x.Has("› stats")
	})
}

func TestSettingsThatAreFixed(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, settled(tuitest.NewSettings()), func(x *world) {
		x.Press(",", "/")
		x.Type("labs-run")
		x.Press("enter", "enter")
		x.Has("✗ $GATEDRILL_BACKEND goes before what is chosen here")
	})
}

func TestSettingsCannotBeRead(t *testing.T) {
	t.Parallel()
	s := tuitest.NewSettings()
	s.Err = errors.New(`settings.json: theme="blue": want auto, dark`)
	play(t, 80, 24, settled(s), func(x *world) {
		x.Press(",")
		x.Has(`the settings could not be read: settings.json: theme="blue"`)
	})
}
