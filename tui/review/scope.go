package review

import (
	"github.com/gatedrill/gatedrill/tui/keymap"
)

// Useful says whether a key does something now.
func (m *Model) Useful(i keymap.Intent) bool {
	switch i {
	case keymap.Edit:
		return m.ports.Editor != nil && m.unsaved == nil
	case keymap.Undo:
		return len(m.done)+len(m.deeds) > 0 && m.unsaved == nil
	case keymap.MoreNew:
		return m.filter == ""
	case keymap.CardLab:
		if m.phase == summary {
			return m.helpful().ID != ""
		}
		return m.prompt != nil && len(m.prompt.Card.Labs) > 0 && m.ports.Labs != nil
	}
	return true
}

// Scope names the keys in force.
func (m *Model) Scope() keymap.Scope {
	if m.phase == question {
		switch m.asks() {
		case words:
			if m.reply.typing {
				return keymap.ReviewType
			}
			return keymap.ReviewTyped
		case aLayer, anOption:
			return keymap.ReviewPick
		case nothing:
		}
	}
	switch m.phase {
	case answer, saving:
		return keymap.ReviewAnswer
	case failed:
		return keymap.ReviewFailed
	case summary:
		return keymap.ReviewSummary
	}
	return keymap.ReviewQuestion
}

// Where names the screen: "review › tls".
func (m *Model) Where() string {
	switch {
	case m.filter != "":
		return "review › cram"
	case m.prompt != nil && m.phase != summary:
		return "review › " + m.prompt.Card.Deck
	case m.deck != "":
		return "review › " + m.deck
	}
	return "review"
}

// Unsaved names the rating that is not stored.
func (m *Model) Unsaved() string {
	if m.unsaved == nil && m.phase != saving {
		return ""
	}
	return "the rating of this card is not stored yet"
}
