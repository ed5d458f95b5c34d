package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatedrill/gatedrill/labs"
)

// printTraced writes a path with what there is to say about it.
func printTraced(w io.Writer, t traced) error {
	var b strings.Builder
	printPath(&b, t.Path)
	for _, u := range t.Unseen {
		layers := make([]string, len(u.Layers))
		for i, l := range u.Layers {
			layers[i] = string(l)
		}
		line := u.What + ": " + u.Why
		if len(layers) > 0 {
			line += "  (unknown for it: " + strings.Join(layers, ", ") + ")"
		}
		fmt.Fprintf(&b, "%-12s   %s\n", "not seen", visible(line))
	}
	fmt.Fprintf(&b, "\n%s\n", visible(t.Sentence))
	for _, c := range t.Commands {
		fmt.Fprintf(&b, "  $ %s\n", visible(c))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printPath writes a path as one line a layer, with want and got under the
// broken one and the real answer at the end. Where a request passes several
// proxies a map goes first, and each has its own lines under its name.
func printPath(w io.Writer, p labs.Path) {
	several := len(p.Proxies()) > 1 || len(p.Hops) > 0 && p.Hops[0].Role == labs.RoleSidecar
	if several {
		fmt.Fprintln(w, visible(mapLine(p)))
	}
	for _, h := range p.Hops {
		if several {
			fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("\n%s   %s", h.Name, visible(who(h.Proxy))), " "))
		}
		width := 0
		for _, l := range h.Layers {
			width = max(width, min(utf8.RuneCountInString(l.Summary), 46))
		}
		for _, l := range h.Layers {
			printLayer(w, l, width)
		}
	}
	fmt.Fprintf(w, "%-12s   %s\n", "answer", visible(answerLine(p.Answer)))
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

// printLayer writes one layer, with the object it rests on behind it.
func printLayer(w io.Writer, l labs.LayerReport, width int) {
	object := ""
	if l.Verdict == labs.Healthy && len(l.Objects) > 0 && !strings.Contains(l.Summary, l.Objects[0].Name) {
		object = l.Objects[0].String()
	}
	line := fmt.Sprintf("%-12s %s %-*s   %s", l.Layer, traceMark(l.Verdict), width, visible(l.Summary), visible(object))
	fmt.Fprintln(w, strings.TrimRight(line, " "))
	if l.Want != "" {
		fmt.Fprintf(w, "%-12s   want  %s\n", "", visible(l.Want))
	}
	if l.Got != "" {
		fmt.Fprintf(w, "%-12s   got   %s\n", "", visible(l.Got))
	}
	if l.Verdict == labs.Broken && len(l.Objects) > 0 {
		fmt.Fprintf(w, "%-12s   look  %s\n", "", visible(l.Objects[0].String()))
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
