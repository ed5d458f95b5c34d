package widget

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
)

// ExplainLog explains an access-log line field by field; none for a line that
// it cannot read.
type ExplainLog func(line string) []labs.LogField

// Evidence is a request and what is known of its answer, as one Markdown page:
// what was asked, what came back, and what proxies logged of it. What must not
// be told yet is left out of the answer by the caller.
func Evidence(r labs.Request, a labs.Answer, explain ExplainLog) string {
	var b strings.Builder
	table(&b, "Asked", asked(r, a))
	if !a.Observed {
		b.WriteString("Nothing was asked yet.\n")
		return b.String()
	}
	table(&b, "Got", got(a))
	if len(a.Logs) == 0 && a.LogLine != "" {
		loggedLine(&b, "Logged", a.LogLine, explain)
	}
	for _, l := range a.Logs {
		where := l.Proxy.String()
		if l.Inbound {
			where += ", for the server"
		}
		loggedLine(&b, "Logged by "+where, l.Line, explain)
	}
	return b.String()
}

type pair struct{ name, value string }

func asked(r labs.Request, a labs.Answer) []pair {
	scheme, host, path := Target(r.URL)
	name, _, _ := strings.Cut(host, ":")
	out := []pair{{"method", cmp.Or(r.Method, "GET")}, {"host", authority(r, host)}, {"path", path}}
	if scheme == "https" || r.SNI != "" {
		out = append(out, pair{"SNI", cmp.Or(r.ServerName(name), "none sent")})
	}
	return append(out, pair{"from", r.From}, pair{"source", a.Source})
}

func got(a labs.Answer) []pair {
	out := []pair{{"flag", a.Flag}, {"detail", a.Details}}
	if a.Code != 0 {
		out = append([]pair{{"code", fmt.Sprint(a.Code)}}, out...)
	}
	if a.Error != "" {
		out = append([]pair{{"failed", failure(a.Error)}}, out...)
	}
	if a.Took >= time.Millisecond {
		out = append(out, pair{"took", fmt.Sprintf("%d ms", a.Took.Milliseconds())})
	}
	for i, s := range a.Samples {
		end := s.End()
		if s.By != "" {
			end += " by " + s.By
		}
		out = append(out, pair{fmt.Sprintf("try %d", i+1), end})
	}
	return out
}

// A fence that no value holds, so that nothing in it is read as Markdown.
const fence = "~~~~"

// table writes what is known of a list.
func table(b *strings.Builder, head string, rows []pair) {
	fmt.Fprintf(b, "**%s**\n\n%stext\n", head, fence)
	for _, p := range rows {
		if p.value != "" {
			fmt.Fprintf(b, "%s %s\n", layout.Pad(p.name, 7), p.value)
		}
	}
	fmt.Fprintf(b, "%s\n\n", fence)
}

// loggedLine is a line with its fields below it.
func loggedLine(b *strings.Builder, head, line string, explain ExplainLog) {
	fmt.Fprintf(b, "**%s**\n\n%slog\n%s\n%s\n\n", head, fence, line, fence)
	if explain == nil {
		return
	}
	fmt.Fprintf(b, "%stext\n", fence)
	for _, f := range explain(line) {
		fmt.Fprintf(b, "%s %s\n%s%s\n", layout.Pad(f.Name, 10), f.Value, layout.Spaces(11), f.Means)
	}
	fmt.Fprintf(b, "%s\n\n", fence)
}
