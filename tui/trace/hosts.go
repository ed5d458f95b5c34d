package trace

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/list"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// widest is where a row ends on a wide screen, so that the eye finds its end.
const widest = 112

// hosts is the list of the cluster's hosts, a part of the screen, whose
// environment it has.
type hosts struct {
	env     *screen.Env
	list    list.List
	port    Tracer
	request int
	reading bool
	err     string
	all     []labs.HostRow
}

type hostsRead struct {
	request int
	hosts   []labs.HostRow
	err     error
}

func newHosts(env *screen.Env, port Tracer) *hosts {
	m := &hosts{env: env, port: port}
	m.list = list.New(env, list.Words(func(i int) string { return strings.Join(hostCells(m.all[i]), " ") }))
	return m
}

// read reads the hosts, again if need be.
func (m *hosts) read() tea.Cmd {
	m.reading, m.request = true, m.env.Seq.Next()
	id, ctx, port := m.request, m.env.Ctx, m.port
	return m.env.Do(func() tea.Msg {
		found, err := port.Hosts(ctx)
		return hostsRead{id, widget.Safe(found), err}
	})
}

// update takes what was read, and text while the filter is open.
func (m *hosts) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		m.list.Height = msg.H
	case hostsRead:
		if msg.request == m.request {
			m.reading, m.all, m.err = false, msg.hosts, widget.Words(msg.err)
			if msg.err != nil {
				m.all = nil
			}
			m.list.Fill(len(m.all))
		}
	case tea.KeyPressMsg, tea.PasteMsg:
		return m.list.Typed(msg)
	}
	return nil
}

// any says whether there is a host to mark.
func (m *hosts) any() bool { return len(m.all) > 0 }

// marked asks for the marked host; else words say why it cannot be asked for.
func (m *hosts) marked() (url, why string) {
	at := m.list.Row()
	switch {
	case at < 0:
		return "", "no host is marked"
	case strings.HasPrefix(m.all[at].Host, "*"):
		return "", m.all[at].Host + " stands for many hosts: type the URL of one of them"
	case m.all[at].URL == "":
		return "", m.all[at].Host + " cannot be asked for from outside"
	}
	return m.all[at].URL, ""
}

// view draws the list; active says that keys go to it.
func (m *hosts) view(w, h int, active bool) []string {
	st := m.env.Styles
	w = min(w, widest)
	switch {
	case m.reading:
		return []string{st.Faint.Render(" reading the hosts of the cluster …")}
	case m.err != "":
		return layout.Indent(layout.Flow(theme.Unknown+" its hosts are not listed: "+m.err, min(w-2, 96)), 1)
	case len(m.all) == 0:
		return layout.Indent(layout.Flow("No gateway of this cluster is configured to serve a host.", w-2), 1)
	}
	lines := []string{m.list.Head(w, "host"), ""}
	if !active {
		lines[0] = layout.Ends(st.Faint.Render(" ↓ picks one of these"), widget.Count(m.list.Len(), "host"), w-1)
	}
	if m.list.Len() == 0 {
		return append(lines, " No host matches. esc drops the filter.")
	}
	return append(lines, m.list.Window(max(h-len(lines), 1), func(i int, marked bool) string {
		return m.line(m.all[i], marked && active, w)
	})...)
}

func (m *hosts) line(r labs.HostRow, marked bool, w int) string {
	st := m.env.Styles
	cells := hostCells(r)
	room := max(min(w*2/5, 44), 20)
	cursor, host := "  ", layout.Pad(cells[0], room)
	if marked {
		cursor, host = st.Accent.Render(theme.Here)+" ", st.Strong.Render(host)
	}
	tail := layout.Pad(cells[1], 6) + " " + layout.Pad(cells[2], 12) + " "
	return layout.Cut(" "+cursor+host+" "+st.Faint.Render(tail+strings.Join(cells[3:], " ")), w)
}

// hostCells are host, port, TLS mode, gateway and the routes.
func hostCells(r labs.HostRow) []string {
	mode, routes := r.TLS, "no route"
	if mode == "" {
		mode = "plain"
	}
	if len(r.Routes) > 0 {
		names := make([]string, len(r.Routes))
		for i, o := range r.Routes {
			names[i] = o.String()
		}
		routes = strings.Join(names, ", ")
	}
	return []string{r.Host, strconv.Itoa(r.Port), mode, r.Gateway.String(), routes}
}
