package main

import (
	"fmt"
	"strings"

	"charm.land/glamour/v2"

	"github.com/gatedrill/gatedrill/cards"
)

// plainMarkdown renders Markdown without a single escape sequence.
type plainMarkdown struct{ *glamour.TermRenderer }

func newPlainMarkdown() (*plainMarkdown, error) {
	const width = 76
	r, err := glamour.NewTermRenderer(glamour.WithStandardStyle("notty"), glamour.WithWordWrap(width))
	if err != nil {
		return nil, fmt.Errorf("prepare to show Markdown: %w", err)
	}
	return &plainMarkdown{r}, nil
}

// render gives the text as it stands when it cannot be rendered.
func (p *plainMarkdown) render(text string) string {
	out, err := p.Render(text)
	if err != nil {
		out = text
	}
	lines := strings.Split(cards.Clean(out), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
