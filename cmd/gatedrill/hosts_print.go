package main

import (
	"fmt"
	"strconv"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
)

// leastVerdict is how wide the last column has to be, so that its lines can
// be broken and read.
const leastVerdict = 30

// hosts prints the table, and what could not be seen below it. Where a
// terminal has no room for the columns, each host has lines of its own.
func (p *page) hosts(table hostTable) error {
	switch {
	case len(table.Hosts) == 0 && table.verdict() == labs.Healthy:
		p.line("no gateway serves a host")
	case len(table.Hosts) == 0:
		p.line("no host was seen")
	default:
		p.hostRows(table.Hosts)
	}
	for _, u := range table.Unseen {
		p.para("not seen  ", u.What+": "+u.Why)
	}
	return p.err
}

func (p *page) hostRows(all []judged) {
	rows := [][]string{{"HOST", "PORT", "TLS", "GATEWAY", "ROUTE"}}
	for _, j := range all {
		rows = append(rows, j.cells())
	}
	widths := make([]int, len(rows[0]))
	total := 0
	for i := range widths {
		for _, r := range rows {
			widths[i] = max(widths[i], layout.Width(r[i])+2)
		}
		total += widths[i]
	}
	if p.width > 0 && total+leastVerdict > p.width {
		for _, j := range all {
			p.hostLines(j)
		}
		return
	}
	for i, r := range rows {
		head, verdict := "", "VERDICT"
		for c, cell := range r {
			head += cell + layout.Spaces(widths[c]-layout.Width(cell))
		}
		if i > 0 {
			verdict = all[i-1].words()
		}
		p.para(head, verdict)
	}
}

// hostLines prints one host below the other: what is served, by what, and how
// it is.
func (p *page) hostLines(j judged) {
	c := j.cells()
	tls := j.TLS
	if tls == "" {
		tls = j.Protocol
	}
	p.para("", c[0]+":"+c[1]+"  "+tls)
	p.para("  ", "Gateway "+c[3]+", route "+c[4])
	p.para("  ", j.words())
}

// cells are a host's columns without the verdict.
func (j judged) cells() []string {
	tls, route := j.TLS, "none"
	if tls == "" {
		tls = "–"
	}
	if len(j.Routes) > 0 {
		route = j.Routes[0].String()
	}
	if len(j.Routes) > 1 {
		route += fmt.Sprintf(" +%d", len(j.Routes)-1)
	}
	return []string{visible(j.Host.Host), strconv.Itoa(j.Port), tls, visible(j.Gateway.Namespace + "/" + j.Gateway.Name), visible(route)}
}

// words is the verdict on a host for its cell.
func (j judged) words() string {
	switch j.Verdict {
	case labs.Healthy:
		return "✓ healthy"
	case labs.Broken:
		if j.Culprit != nil {
			return "✗ " + string(j.Layer) + ": " + j.Culprit.String()
		}
		return "✗ " + string(j.Layer) + ": " + j.Why
	case labs.Unknown:
		if j.Layer == "" {
			return "? " + j.Why
		}
		return "? " + string(j.Layer) + ": " + j.Why
	case labs.OffPath:
	}
	return "– " + j.Why
}
