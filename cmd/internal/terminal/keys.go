//go:build unix

package terminal

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// encode writes the keys that the emulator does not know how to: text that
// took a modifier to type, and the special keys together with modifiers, as
// xterm writes them (Control Sequences, "PC-Style Function Keys").
func encode(k tea.KeyPressMsg) (string, bool) {
	if k.Text != "" && k.Mod&^tea.ModShift == 0 {
		return k.Text, true
	}
	mod := 1
	for m, n := range map[tea.KeyMod]int{tea.ModShift: 1, tea.ModAlt: 2, tea.ModCtrl: 4} {
		if k.Mod&m != 0 {
			mod += n
		}
	}
	if mod == 1 {
		return "", false
	}
	letters := map[rune]byte{tea.KeyUp: 'A', tea.KeyDown: 'B', tea.KeyRight: 'C', tea.KeyLeft: 'D', tea.KeyHome: 'H', tea.KeyEnd: 'F',
		tea.KeyF1: 'P', tea.KeyF2: 'Q', tea.KeyF3: 'R', tea.KeyF4: 'S'}
	if c, ok := letters[k.Code]; ok {
		return fmt.Sprintf("\x1b[1;%d%c", mod, c), true
	}
	numbers := map[rune]int{tea.KeyInsert: 2, tea.KeyDelete: 3, tea.KeyPgUp: 5, tea.KeyPgDown: 6, tea.KeyF5: 15, tea.KeyF6: 17,
		tea.KeyF7: 18, tea.KeyF8: 19, tea.KeyF9: 20, tea.KeyF10: 21, tea.KeyF11: 23, tea.KeyF12: 24}
	if n, ok := numbers[k.Code]; ok {
		return fmt.Sprintf("\x1b[%d;%d~", n, mod), true
	}
	switch {
	case k.Mod == tea.ModAlt && k.Text != "":
		return "\x1b" + k.Text, true
	case k.Code == tea.KeyEnter && k.Mod == tea.ModAlt:
		return "\x1b\r", true
	case k.Code == tea.KeyBackspace && k.Mod == tea.ModAlt:
		return "\x1b\x7f", true
	case k.Code == tea.KeyEnter || k.Code == tea.KeyBackspace:
		return map[rune]string{tea.KeyEnter: "\r", tea.KeyBackspace: "\x7f"}[k.Code], true
	}
	return "", false
}
