package widget

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Field is a one-line text field. While it has the focus, the terminal's cursor
// stands in it.
type Field struct {
	input  textinput.Model
	styles *theme.Styles
}

// NewField makes an empty field without focus.
func NewField(s *theme.Styles) Field {
	in := textinput.New()
	in.Prompt = ""
	in.SetVirtualCursor(false)
	in.CharLimit = 512
	return Field{input: in, styles: s}
}

// Value is what was typed.
func (f *Field) Value() string { return f.input.Value() }

// Set replaces what was typed and puts the cursor at its end.
func (f *Field) Set(s string) {
	f.input.SetValue(s)
	f.input.CursorEnd()
}

// Focus makes the field take keys.
func (f *Field) Focus() { f.input.Focus() }

// Blur makes the field leave keys alone.
func (f *Field) Blur() { f.input.Blur() }

// Focused says whether keys go into the field.
func (f *Field) Focused() bool { return f.input.Focused() }

// Update takes a key press or a paste. The command of the input's own paste
// key is passed on; cursor blinking is not.
func (f *Field) Update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	f.input, cmd = f.input.Update(msg)
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "ctrl+v" {
		return cmd
	}
	return nil
}

// View draws the field at most w cells wide, with the mark of the cursor.
func (f *Field) View(w int) string {
	in := f.input
	in.SetWidth(max(w-1, 1))
	in.CursorEnd()
	in.SetCursor(f.input.Position())
	st := in.Styles()
	for _, s := range []*textinput.StyleState{&st.Focused, &st.Blurred} {
		s.Text, s.Prompt, s.Placeholder, s.Suggestion = f.styles.Text, f.styles.Accent, f.styles.Faint, f.styles.Faint
	}
	in.SetStyles(st)
	if c := in.Cursor(); c != nil {
		return layout.PutCursor(in.View(), c.X)
	}
	return in.View()
}
