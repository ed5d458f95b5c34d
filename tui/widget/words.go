package widget

import (
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

// Took renders how long something lasted, with its units: "42 s", "7 min 12 s",
// "1 h 2 min".
func Took(d time.Duration) string {
	s := int(max(d, 0).Seconds())
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600 && s%60 == 0:
		return fmt.Sprintf("%d min", s/60)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %d min", s/3600, s/60%60)
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

// Gist is what a list shows of a card: how it begins, on one line and without
// Markdown marks. Of prose that is its first paragraph, of code its first line,
// which is what a card with a log line is recognised by.
func Gist(s string) string {
	var out []string
	fenced, code := false, false
	for _, line := range strings.Split(Sanitize(s), "\n") {
		words := strings.Join(strings.Fields(line), " ")
		switch {
		case strings.HasPrefix(words, "```"):
			if len(out) > 0 {
				return strings.Join(out, " ")
			}
			fenced = !fenced
			continue
		case len(out) == 0:
			code = fenced || strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t")
		}
		switch {
		case words == "" && len(out) > 0:
			return strings.Join(out, " ")
		case code && words != "":
			return words
		case words != "":
			out = append(out, marks.Replace(strings.TrimLeft(words, "#>*- ")))
		}
	}
	return strings.Join(out, " ")
}

var marks = strings.NewReplacer("**", "", "`", "")
