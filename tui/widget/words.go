package widget

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Clock renders a running time: "07:12", "1:02:33".
func Clock(d time.Duration) string {
	s := int(max(d, 0).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// Ago renders how long something is past: "0.3 s ago", "4 min ago".
func Ago(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s ago", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// Interval renders the time until a card comes again, as short as on Anki's
// buttons: "<1m", "6m", "3d", "2.5mo", "1.4y".
func Interval(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "<1m"
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Round(time.Minute).Minutes()))
	case d < day:
		return fmt.Sprintf("%dh", int(d.Round(time.Hour).Hours()))
	case d < 60*day:
		return fmt.Sprintf("%dd", int((d+day/2)/day))
	case d < 365*day:
		return fmt.Sprintf("%.1fmo", d.Hours()/24/30.44)
	}
	return fmt.Sprintf("%.1fy", d.Hours()/24/365.25)
}

// About renders an estimate: "about 11 minutes".
func About(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 90*time.Second:
		return "about a minute"
	case d < time.Hour:
		return fmt.Sprintf("about %d minutes", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("about %.1f hours", d.Hours())
}

// Count renders a number with its noun: "1 card", "3 cards".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Percent renders a share of 1, rounded down so that only all is 100 %.
func Percent(share float64) string {
	return fmt.Sprintf("%d %%", int(100*min(max(share, 0), 1)+1e-9))
}

// Bar renders a share of 1 as a bar of w cells.
func Bar(share float64, w int) string {
	full := int(min(max(share, 0), 1)*float64(max(w, 0)) + 0.5)
	return strings.Repeat("█", full) + strings.Repeat("░", max(w, 0)-full)
}

// Gist is what a list shows of a card: the paragraph that asks something, else
// the first one of prose, on one line and without Markdown marks. Code is
// shown only when there is nothing else.
func Gist(s string) string {
	var prose, code string
	fenced := false
	for _, paragraph := range strings.Split(Sanitize(s), "\n\n") {
		inside := fenced || strings.HasPrefix(paragraph, "    ") || strings.HasPrefix(paragraph, "\t") ||
			strings.HasPrefix(strings.TrimSpace(paragraph), "```")
		if strings.Count(paragraph, "```")%2 == 1 {
			fenced = !fenced
		}
		line := strings.Join(strings.Fields(marks.Replace(strings.TrimLeft(strings.TrimSpace(paragraph), "#>*- "))), " ")
		switch {
		case line == "":
		case inside:
			code = cmp.Or(code, line)
		case strings.Contains(line, "?"):
			return line
		default:
			prose = cmp.Or(prose, line)
		}
	}
	return cmp.Or(prose, code)
}

var marks = strings.NewReplacer("**", "", "`", "")
