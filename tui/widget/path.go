package widget

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Verdict returns the mark of a verdict and the style that underlines it. No
// verdict, and one that is unknown, look alike: nothing is shown green that
// was not verified.
func Verdict(s *theme.Styles, v labs.Verdict) (string, lipgloss.Style) {
	switch v {
	case labs.Healthy:
		return theme.OK, s.Good
	case labs.Broken:
		return theme.Bad, s.Bad
	case labs.OffPath:
		return theme.Off, s.Faint
	case labs.Unknown:
		return theme.Unknown, s.Warn
	}
	return theme.Unknown, s.Faint
}

// PathLine draws the path of a request on one line of w cells, from client to
// destination, each layer with its mark. Narrow screens get short names.
func PathLine(s *theme.Styles, marks []labs.PathMark, w int) string {
	return fitting(s, marks, w, []form{{"client", " ── ", layerName}, {"", "  ", layerName}, {"", " ", shortName}})
}

// form is one way to draw marks on a line.
type form struct {
	first, sep string
	name       func(labs.Layer) string
}

// fitting draws marks in the first form that fits into w cells, else in the
// last one, cut.
func fitting(s *theme.Styles, marks []labs.PathMark, w int, forms []form) string {
	for i, form := range forms {
		parts := make([]string, 0, len(marks)+1)
		if form.first != "" {
			parts = append(parts, form.first)
		}
		for _, m := range marks {
			mark, style := Verdict(s, m.Verdict)
			parts = append(parts, form.name(m.Layer)+glue(form.sep)+style.Render(mark))
		}
		if line := strings.Join(parts, s.Faint.Render(form.sep)); layout.Width(line) <= w || i == len(forms)-1 {
			return layout.Cut(line, w)
		}
	}
	return ""
}

// glue is what stands between a name and its mark: nothing when every cell
// counts.
func glue(sep string) string {
	if sep == " " {
		return ""
	}
	return " "
}

func layerName(l labs.Layer) string { return string(l) }

func shortName(l labs.Layer) string {
	switch l {
	case labs.LayerListener:
		return "lsnr"
	case labs.LayerDestination:
		return "dest"
	}
	return string(l)
}

// Target splits a URL into scheme, authority and path, as a learner reads it.
func Target(url string) (scheme, host, path string) {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		scheme, rest = "", url
	}
	host, path, _ = strings.Cut(rest, "/")
	return scheme, host, "/" + path
}

// Asked is the request in one line: "GET shop.example.com/cart  SNI shop…".
func Asked(r labs.Request, source string) string {
	scheme, host, path := Target(r.URL)
	method := r.Method
	if method == "" {
		method = "GET"
	}
	out := method + " " + authority(r, host) + path
	if scheme == "https" || r.SNI != "" {
		host, _, _ := strings.Cut(host, ":")
		if sni := r.ServerName(host); sni != "" {
			out += "  SNI " + sni
		} else {
			out += "  no SNI"
		}
	}
	if source == "" {
		source = r.From
	}
	if address, _, port := strings.Cut(source, ":"); port && strings.Count(source, ":") == 1 {
		source = address // the client's port is another one each time
	}
	if source != "" {
		out += "  from " + source
	}
	return out
}

// authority is the host that a request names, when it asks another one.
func authority(r labs.Request, asked string) string {
	for name, value := range r.Headers {
		if strings.EqualFold(name, "host") {
			return value
		}
	}
	return asked
}

// Got is the answer in a few words: "404 NR", "connection refused".
func Got(a labs.Answer) string {
	if !a.Observed {
		return "nothing asked yet"
	}
	var parts []string
	if a.Code != 0 {
		parts = append(parts, fmt.Sprint(a.Code))
	}
	if a.Flag != "" {
		parts = append(parts, a.Flag)
	}
	if a.Error != "" {
		parts = append(parts, failure(a.Error))
	}
	if len(parts) == 0 {
		return "no answer"
	}
	return strings.Join(parts, " ")
}

// failure says in words why there was no answer.
func failure(class string) string {
	switch class {
	case "dns":
		return "the name does not resolve"
	case "refused":
		return "connection refused"
	case "reset":
		return "connection reset"
	case "timeout":
		return "no answer in time"
	}
	return class
}

// Outcome returns the mark of a check and its style. Unknown is no pass.
func Outcome(s *theme.Styles, o labs.Outcome) (string, lipgloss.Style) {
	switch o {
	case labs.Pass:
		return theme.OK, s.Good
	case labs.Fail:
		return theme.Bad, s.Bad
	}
	return theme.Unknown, s.Warn
}
