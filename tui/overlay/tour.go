package overlay

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Tour says in four pages what is where.
type Tour struct {
	env    *screen.Env
	page   int
	scroll layout.Scroll
	size   screen.Size
}

// NewTour makes the tour, at its first page.
func NewTour(env *screen.Env) *Tour { return &Tour{env: env} }

// pages are those of the tour. Keys are named as the learner has them.
func pages(k *keymap.Keys) []string {
	key := func(s keymap.Scope, i keymap.Intent) string {
		for _, b := range k.In(s) {
			if b.Intent == i {
				return "`" + b.Show + "`"
			}
		}
		return ""
	}
	return []string{
		"# Home\n\nHome says what is worth doing next, and why. " + key(keymap.Home, keymap.Go) + " does what is marked.\n\n" +
			"The line at the foot names the keys of where you are, " + key(keymap.Global, keymap.Help) + " explains all of them, and " +
			key(keymap.Global, keymap.Commands) + " finds whatever can be done by typing a part of its name. " + "`esc` goes back, " +
			key(keymap.Global, keymap.Quit) + " quits; everything is stored already.",
		"# Cards\n\nThink of the answer first, then look, then say how well you knew it: 1 to 4. Below each grade stands when the card comes again.\n\n" +
			"Few cards a day are enough. A card that keeps failing names the lab that exercises it: " + key(keymap.ReviewAnswer, keymap.CardLab) + " opens it. " +
			key(keymap.ReviewAnswer, keymap.Undo) + " takes the last grade back.",
		"# Labs\n\nA lab breaks one thing in a real cluster. Find out at which of the six steps of the runbook, and why, before you mend it: " +
			"each step asks for a verdict, " + key(keymap.LabDiagnose, keymap.Healthy) + " healthy, " + key(keymap.LabDiagnose, keymap.Broken) + " broken or " +
			key(keymap.LabDiagnose, keymap.OffPath) + " not on the path, and the cluster itself says whether it is right.\n\n" +
			"Then mend it with your own tools. Goals and guards say when it is done, and what must go on working.",
		"# Your shell\n\n" + key(keymap.LabDiagnose, keymap.Shell) + " opens your shell beside the lab, with kubectl and istioctl ready and `$GATEWAY_IP` set; " +
			key(keymap.LabShell, keymap.LeaveShell) + " goes back to the lab, and the shell stays.\n\n" +
			"The marked command of a step is copied by " + key(keymap.LabDiagnose, keymap.Copy) + ". " +
			"`gatedrill trace URL` walks a request as the labs do.",
	}
}

// Init has nothing to load.
func (t *Tour) Init() tea.Cmd { return nil }

// Update turns pages.
func (t *Tour) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		t.size = msg
	case screen.Chosen:
		return t.do(msg.Intent)
	case tea.KeyPressMsg:
		return t.do(t.env.Intent(t.Scope(), msg))
	}
	return nil
}

func (t *Tour) do(i keymap.Intent) tea.Cmd {
	last := len(pages(t.env.Keys)) - 1
	switch {
	case i == keymap.Back, i == keymap.Next && t.page == last:
		return t.env.Back()
	case i == keymap.Next:
		t.page, t.scroll = t.page+1, layout.Scroll{}
	case i == keymap.Before:
		t.page, t.scroll = max(t.page-1, 0), layout.Scroll{}
	default:
		t.scroll = widget.Move(t.scroll, i, len(t.lines(t.size.W)), t.size.H)
	}
	return nil
}

func (t *Tour) lines(w int) []string {
	all := pages(t.env.Keys)
	lines := layout.Indent(t.env.MD.Lines(all[t.page], min(w-2, measure)), 1)
	return append(append([]string{""}, lines...), "", " "+t.env.Styles.Faint.Render(fmt.Sprintf("%d of %d", t.page+1, len(all))))
}

// View draws the page.
func (t *Tour) View(w, h int) string {
	return layout.Fit(widget.Window(t.env.Styles, t.scroll, t.lines(w), w, h), w, h)
}

// Useful says whether a key does something now.
func (t *Tour) Useful(i keymap.Intent) bool {
	switch i {
	case keymap.Before:
		return t.page > 0
	case keymap.Down:
		return len(t.lines(t.size.W)) > t.size.H
	}
	return true
}

// Scope names the keys in force.
func (t *Tour) Scope() keymap.Scope { return keymap.Tour }

// Where names the screen.
func (t *Tour) Where() string { return "tour" }
