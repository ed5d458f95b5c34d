//go:build unix

package terminal

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// Size of a cell and of the margin around the screen, in SVG user units.
const (
	cellWidth  = 8.4
	cellHeight = 18.0
	margin     = 14.0
)

// SVG draws the screen as a picture that needs no font file: runs of equal
// style become one text element, stretched to their cells.
func (s *Screen) SVG(title string) string {
	var text, back strings.Builder
	var run span
	width, height := s.Cells(func(x, y int, c *uv.Cell) {
		next := spanOf(x, y, c)
		if next.content == "" && next.back == "" {
			return // the right half of a wide cell
		}
		if !run.joins(next) {
			run.draw(&text, &back)
			run = next
			return
		}
		run.content += next.content
		run.cells += next.cells
	})
	run.draw(&text, &back)
	w, h := float64(width)*cellWidth+2*margin, float64(height)*cellHeight+2*margin
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">
<rect width="100%%" height="100%%" rx="8" fill="#16181d"/>
<g>%s</g>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="#d7dae0" xml:space="preserve">
%s</g>
</svg>
`, w, h, html.EscapeString(title), back.String(), text.String())
}

// span is a run of cells in one row that look the same.
type span struct {
	x, y, cells int
	content     string
	fore, back  string // "#rrggbb", "" for the default
	bold, faint bool
	underline   bool
}

func spanOf(x, y int, c *uv.Cell) span {
	if c == nil {
		return span{x: x, y: y, cells: 1, content: " "}
	}
	st := c.Style
	fore, back := hex(st.Fg), hex(st.Bg)
	if st.Attrs&uv.AttrReverse != 0 {
		fore, back = orElse(back, "#16181d"), orElse(fore, "#d7dae0")
	}
	return span{
		x: x, y: y, cells: c.Width, content: c.Content, fore: fore, back: back,
		bold: st.Attrs&uv.AttrBold != 0, faint: st.Attrs&uv.AttrFaint != 0, underline: st.Underline != 0,
	}
}

// joins says whether b goes on where a ends. Words far apart stay apart, so
// that a font of another width does not pull them out of their columns.
func (a span) joins(b span) bool {
	if strings.HasSuffix(a.content, " ") && strings.TrimSpace(a.content) != "" && a.back == "" {
		return false
	}
	if strings.TrimSpace(a.content) == "" && strings.TrimSpace(b.content) != "" && a.back == "" {
		return false
	}
	return a.cells > 0 && a.y == b.y && a.x+a.cells == b.x &&
		a.fore == b.fore && a.back == b.back && a.bold == b.bold && a.faint == b.faint && a.underline == b.underline
}

func (a span) draw(text, back *strings.Builder) {
	if a.cells == 0 {
		return
	}
	left, top := margin+float64(a.x)*cellWidth, margin+float64(a.y)*cellHeight
	if a.back != "" {
		fmt.Fprintf(back, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`,
			left, top, float64(a.cells)*cellWidth, cellHeight, a.back)
	}
	if strings.TrimSpace(a.content) == "" {
		return
	}
	var attrs strings.Builder
	if a.fore != "" {
		fmt.Fprintf(&attrs, ` fill="%s"`, a.fore)
	}
	if a.bold {
		attrs.WriteString(` font-weight="bold"`)
	}
	if a.faint {
		attrs.WriteString(` opacity="0.6"`)
	}
	if a.underline {
		attrs.WriteString(` text-decoration="underline"`)
	}
	fmt.Fprintf(text, "<text x=\"%.1f\" y=\"%.1f\" textLength=\"%.1f\"%s>%s</text>\n",
		left, top+cellHeight*0.75, float64(a.cells)*cellWidth, attrs.String(), html.EscapeString(a.content))
}

func hex(c color.Color) string {
	if c == nil {
		return ""
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
