package widget

import (
	"regexp"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// block is a part of Markdown: prose, or fenced code.
type block struct {
	fenced   bool
	language string
	lines    []string
}

var opening = regexp.MustCompile("^(`{3,}|~{3,})[ \t]*([^ \t`]*)[^`]*$")

// blocks parts a text at its fenced code. Code inside of lists and quotes
// stays with them.
func blocks(text string) []block {
	var out []block
	var open block
	mark := ""
	flush := func() {
		if len(open.lines) > 0 || open.fenced {
			out = append(out, open)
		}
		open = block{}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if mark != "" {
			if bare := strings.TrimRight(line, " \t"); strings.HasPrefix(bare, mark) && strings.Trim(bare, mark[:1]) == "" {
				flush()
				mark = ""
				continue
			}
			open.lines = append(open.lines, line)
			continue
		}
		if m := opening.FindStringSubmatch(line); m != nil {
			flush()
			mark, open = m[1], block{fenced: true, language: strings.ToLower(m[2])}
			continue
		}
		open.lines = append(open.lines, line)
	}
	flush()
	return out
}

// fenced draws code set in by the margin. A line that is too long goes on
// further in.
func (m *Markdown) fenced(b block, width int) []string {
	paint := painter(m.styles, b)
	var out []string
	for _, l := range b.lines {
		rest := strings.TrimLeft(l, " ")
		lead := l[:len(l)-len(rest)]
		pieces := []string{l}
		if layout.Width(l) > width-codeMargin {
			pieces = layout.Wrap(rest, max(width-codeMargin-len(lead)-2, 8))
			for i := range pieces {
				pieces[i] = lead + map[bool]string{true: "  "}[i > 0] + pieces[i]
			}
		}
		for _, p := range pieces {
			out = append(out, strings.Repeat(" ", codeMargin)+paint(p))
		}
	}
	return out
}

// painter colours one line of code. Colour says nothing that the text does
// not say.
func painter(st *theme.Styles, b block) func(string) string {
	language := b.language
	if language == "" {
		language = guess(b.lines)
	}
	if language == "log" {
		return func(line string) string { return logLine(st, line) }
	}
	lexer := lexers.Get(language)
	if language == "" || language == "text" || lexer == nil {
		return func(line string) string { return st.Code.Render(line) }
	}
	lexer = chroma.Coalesce(lexer)
	plain := st.Text
	if lexer.Config().Name == "Bash" { // commands are all words
		plain = st.Code
	}
	return func(line string) string {
		tokens, err := lexer.Tokenise(nil, line+"\n")
		if err != nil {
			return st.Code.Render(line)
		}
		var out strings.Builder
		for t := tokens(); t != chroma.EOF; t = tokens() {
			if text := strings.TrimRight(t.Value, "\n"); text != "" {
				out.WriteString(tokenStyle(st, t.Type, plain).Render(text))
			}
		}
		return out.String()
	}
}

func tokenStyle(st *theme.Styles, t chroma.TokenType, plain lipgloss.Style) lipgloss.Style {
	switch {
	case t.InCategory(chroma.Comment):
		return st.Faint
	case t.InCategory(chroma.Keyword), t.InCategory(chroma.Name):
		return st.Code
	case t.InCategory(chroma.Literal):
		return st.Text
	}
	return plain
}

var (
	logged   = regexp.MustCompile(`" [0-9]{1,3} (-|[A-Z]{2})`)
	shell    = regexp.MustCompile(`^(\$ )?(kubectl|istioctl|curl|openssl|dig|tcpdump|gatedrill) `)
	manifest = regexp.MustCompile(`^ *(- )?[A-Za-z][A-Za-z0-9./_-]*:( |$)`)
	// what decides in an access-log line: code and flags, behind the request
	code3 = regexp.MustCompile(`" ([0-9]{1,3}) ([A-Z,]+|-)( |$)|^([0-9]{3}) ([A-Z]{2}[A-Z,]*)( |$)`)
)

// guess tells the language of code whose fence names none.
func guess(lines []string) string {
	text := strings.Join(lines, "\n")
	switch {
	case logged.MatchString(text), code3.MatchString(text):
		return "log"
	case slices.ContainsFunc(lines, shell.MatchString):
		return "bash"
	case strings.Count(text, ":") > 1 && !slices.ContainsFunc(lines, func(l string) bool { return strings.TrimSpace(l) != "" && !manifest.MatchString(l) }):
		return "yaml"
	}
	return ""
}

// logLine colours status and flags of an access-log line.
func logLine(st *theme.Styles, line string) string {
	m := code3.FindStringSubmatchIndex(line)
	if m == nil {
		return st.Code.Render(line)
	}
	at := m[2:6]
	if m[2] < 0 {
		at = m[8:12]
	}
	status, flags := line[at[0]:at[1]], line[at[2]:at[3]]
	style := st.Good
	if status[0] >= '4' || status[0] == '0' {
		style = st.Bad
	}
	flagged := st.Strong
	if flags == "-" {
		flagged = st.Code
	}
	return st.Code.Render(line[:at[0]]) + style.Render(status) + st.Code.Render(line[at[1]:at[2]]) +
		flagged.Render(flags) + st.Code.Render(line[at[3]:])
}
