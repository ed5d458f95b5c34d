package lab

import (
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/screen"
)

// blind says that nothing of the lab can be seen, since its cluster is not up.
func (m *Model) blind() bool {
	return m.ports.Cluster != nil && (m.news.Down() || m.news.Busy())
}

// known is the view as far as it holds now: what was seen last of a cluster
// that is not up is not known, and above all not red.
func (m *Model) known() labs.View {
	v := m.seen
	switch v.Phase {
	case labs.PhaseDiagnosing, labs.PhaseFixing, labs.PhaseUnearned:
	default:
		return v
	}
	if !m.blind() {
		return v
	}
	v.Capture = labs.Answer{}
	v.Path = slices.Clone(v.Path)
	for i, p := range v.Path {
		v.Path[i] = labs.PathMark{Layer: p.Layer}
	}
	v.Hops = slices.Clone(v.Hops)
	for i, h := range v.Hops {
		v.Hops[i] = labs.HopMark{Name: h.Name}
		for _, p := range h.Layers {
			v.Hops[i].Layers = append(v.Hops[i].Layers, labs.PathMark{Layer: p.Layer})
		}
	}
	v.Goals, v.Guards = pending(v.Goals), pending(v.Guards)
	return v
}

// recall puts wrong answers of an earlier visit back into their fields, where
// the reply to them is shown, too.
func (m *Model) recall() {
	for _, s := range m.view.Steps {
		if _, touched := m.drafts[s.Step]; !touched && s.Answer != "" && !s.FindingRight {
			m.drafts[s.Step] = s.Answer
		}
	}
}

func pending(all []labs.CheckView) []labs.CheckView {
	out := make([]labs.CheckView, len(all))
	for i, c := range all {
		out[i] = labs.CheckView{Title: c.Title, Outcome: labs.Pending}
	}
	return out
}

// Useful says whether a key does something now.
func (m *Model) Useful(i keymap.Intent) bool {
	s, ok := m.step()
	reached := ok && !m.ahead(s.Step)
	switch i {
	case keymap.Again:
		return m.fails()
	case keymap.Answer:
		return reached && s.Ask != "" && !s.FindingRight
	case keymap.Hint:
		return reached && s.HintsLeft > 0
	case keymap.Wider, keymap.Narrower:
		return m.shell.pane != nil
	case keymap.Shell, keymap.ShellWhole:
		return !m.blind()
	case keymap.Copy:
		_, why := m.toCopy()
		return why == ""
	case keymap.Down:
		return m.Scope() != keymap.LabSolved || len(m.solved(m.size.W)) > m.size.H
	}
	return true
}

// fails says that there is something to try again.
func (m *Model) fails() bool {
	switch m.stage {
	case open:
		return m.news.Down() || m.view.Phase == labs.PhaseUnearned || m.view.Phase == labs.PhaseFailed
	case waiting:
		return m.news.State == screen.ClusterFailed
	case broken:
		return true
	}
	return false
}
