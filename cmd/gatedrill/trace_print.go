package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// printPath writes a path as one line a layer, with want and got under the
// broken one and the real answer at the end. Where a request passes several
// proxies, each has its own lines under its name.
func printPath(w io.Writer, p labs.Path) {
	for _, h := range p.Hops {
		if len(p.Hops) > 2 || h.Role == labs.RoleSidecar {
			fmt.Fprintf(w, "── %s  %s\n", h.Name, visible(h.Proxy.String()))
		}
		for _, l := range h.Layers {
			printLayer(w, l)
		}
	}
	fmt.Fprintf(w, "%-12s   %s\n", "answer", visible(answerLine(p.Answer)))
}

func printLayer(w io.Writer, l labs.LayerReport) {
	fmt.Fprintf(w, "%-12s %s %s\n", l.Layer, traceMark(l.Verdict), visible(l.Summary))
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
	}
	return "?"
}

func answerLine(a labs.Answer) string {
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
	return strings.Join(f, " ") + "   " + a.Took.Round(100*time.Microsecond).String()
}
