package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
)

// traced prints a path with what there is to say about it.
func (p *page) traced(t traced) error {
	p.path(t.Path)
	for _, u := range t.Unseen {
		layers := make([]string, len(u.Layers))
		for i, l := range u.Layers {
			layers[i] = string(l)
		}
		line := u.What + ": " + u.Why
		if len(layers) > 0 {
			line += "  (unknown for it: " + strings.Join(layers, ", ") + ")"
		}
		p.para(behindName("not seen"), line)
	}
	p.line("")
	p.para("", t.Sentence)
	for _, c := range t.Commands {
		p.command(c)
	}
	return p.err
}

// path prints one line a layer, with want and got under the broken one and
// the real answer at the end. Where a request passes several proxies a map
// goes first, and each has its own lines under its name.
func (p *page) path(path labs.Path) {
	several := len(path.Proxies()) > 1 || len(path.Hops) > 0 && path.Hops[0].Role == labs.RoleSidecar
	if several {
		p.para("", mapLine(path))
	}
	for _, h := range path.Hops {
		if several {
			p.line("")
			p.para(h.Name+"   ", who(h.Proxy))
		}
		column := p.objectsAt(h.Layers)
		for _, l := range h.Layers {
			p.layer(l, column)
		}
	}
	p.para(behindName("answer"), answerLine(path.Answer))
}

// behindName is the head of a line that is no layer's.
func behindName(name string) string { return fmt.Sprintf("%-12s   ", name) }

// names is the width of the column of names, with the mark behind it.
const names = 15

// objectsAt is where, behind the summaries, objects begin: behind the longest
// summary that shares its line with one.
func (p *page) objectsAt(layers []labs.LayerReport) int {
	column, longest := 0, 0
	for _, l := range layers {
		s, o := layout.Width(visible(l.Summary)), layout.Width(visible(beside(l)))
		if o > 0 && p.shares(s, o) {
			column, longest = max(column, s), max(longest, o)
		}
	}
	if p.width > 0 {
		return max(min(column, p.width-names-3-longest), 0)
	}
	return min(column, 46)
}

// shares says whether a summary and an object have room on one line.
func (p *page) shares(summary, object int) bool {
	return p.width == 0 || !p.narrow() && names+summary+3+object <= p.width
}

// who names a proxy or server; "" when nothing is known of it.
func who(o labs.Object) string {
	if o.Name == "" {
		return ""
	}
	return o.String()
}

// mapLine draws the hops on one line, each with its worst mark.
func mapLine(p labs.Path) string {
	from := "client"
	if !p.Request.Outside() {
		from = p.Request.From
	}
	parts := []string{from}
	for _, h := range p.Hops {
		if h.Role == labs.RoleServer {
			parts = append(parts, h.Name)
			continue
		}
		parts = append(parts, h.Name+" "+traceMark(worstOf(h)))
	}
	return strings.Join(parts, " ── ")
}

// worstOf is the verdict on a hop: the worst of its layers.
func worstOf(h labs.Hop) labs.Verdict {
	for _, v := range []labs.Verdict{labs.Broken, labs.Unknown, labs.Healthy} {
		for _, l := range h.Layers {
			if l.Verdict == v {
				return v
			}
		}
	}
	return labs.OffPath
}

// beside is the object on which a healthy layer rests, where its summary names
// another one or none.
func beside(l labs.LayerReport) string {
	if o := l.Beside(); l.Verdict == labs.Healthy && len(o) > 0 && o[0] == l.Objects[0] {
		return o[0].String()
	}
	return ""
}

// layer prints one layer, with the object it rests on behind or below it.
func (p *page) layer(l labs.LayerReport, column int) {
	head := fmt.Sprintf("%-12s %s ", l.Layer, traceMark(l.Verdict))
	summary, object := visible(l.Summary), beside(l)
	below := ""
	switch {
	case object == "":
	case p.shares(layout.Width(summary), layout.Width(visible(object))):
		summary += layout.Spaces(column-layout.Width(summary)) + "   " + object
	default:
		below = object
	}
	p.para(head, summary)
	blame := ""
	if l.Verdict == labs.Broken && len(l.Objects) > 0 {
		blame = l.Objects[0].String()
	}
	for _, x := range []struct{ head, text string }{{"", below}, {"want  ", l.Want}, {"got   ", l.Got}, {"look  ", blame}} {
		if x.text != "" {
			p.para(layout.Spaces(names)+x.head, x.text)
		}
	}
}

func traceMark(v labs.Verdict) string {
	switch v {
	case labs.Healthy:
		return "✓"
	case labs.Broken:
		return "✗"
	case labs.OffPath:
		return "–"
	case labs.Unknown:
	}
	return "?"
}

func answerLine(a labs.Answer) string {
	if !a.Observed {
		return outcome(a)
	}
	return outcome(a) + "   " + a.Took.Round(100*time.Microsecond).String()
}

// outcome is an answer without the time that it took.
func outcome(a labs.Answer) string {
	if !a.Observed {
		if a.Error != "" {
			return "none: " + a.Error
		}
		return "none was seen"
	}
	var f []string
	if a.Code != 0 {
		f = append(f, fmt.Sprint(a.Code))
	}
	for _, x := range []string{a.Error, a.Flag, a.Details} {
		if x != "" {
			f = append(f, x)
		}
	}
	return strings.Join(f, " ")
}
