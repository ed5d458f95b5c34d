package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/hosts"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// hostsFlags are the command line of gatedrill hosts.
type hostsFlags struct {
	looking
	json bool
}

func hostsCommands(e *env) []*cobra.Command {
	var f hostsFlags
	c := &cobra.Command{
		Use:   "hosts",
		Short: "List every host that the gateways serve, and whether it works",
		Long: `Lists the hosts of all Gateways of both APIs with port, TLS mode and route, and
traces one request to each that a client outside can ask for. A wildcard is
listed and not asked. The cluster is looked at once, for all of them.

Exit codes: 0 all that could be judged are healthy, 1 one is broken, 3 one is
unknown, 2 wrong arguments.`,
		Example: `  gatedrill hosts
  gatedrill hosts --context prod-eu
  gatedrill hosts --json --no-probe`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runHosts(c.Context(), e, f) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print the table as JSON")
	f.looking.flags(c)
	return []*cobra.Command{c}
}

// hostRow is one line of the table.
type hostRow struct {
	hosts.Host
	Verdict labs.Verdict `json:"verdict,omitempty"` // "" where no request can be made
	Layer   labs.Layer   `json:"layer,omitempty"`   // in which it breaks, or is unknown
	Culprit *labs.Object `json:"culprit,omitempty"`
	Summary string       `json:"summary,omitempty"`
}

func runHosts(ctx context.Context, e *env, f hostsFlags) error {
	s, err := f.open(ctx, e)
	if err != nil {
		return err
	}
	if s.lab.Hides {
		return fail(exitUsage, fmt.Errorf("a lab is in progress, and this table would answer it (finish it, or: gatedrill lab reset)"))
	}
	rows, err := lookAtHosts(ctx, e, s)
	if err != nil {
		return err
	}
	if f.json {
		err = writeJSON(e.Stdout, rows)
	} else {
		err = printHosts(e.Stdout, rows)
	}
	if err != nil {
		return err
	}
	return verdictCode(worstRow(rows))
}

// lookAtHosts finds the hosts by a first look without requests, and asks for
// all of them in a second one.
func lookAtHosts(ctx context.Context, e *env, s *sight) ([]hostRow, error) {
	o, err := observe.New(s.handle, observe.Options{Trust: s.trust, Clock: e.Now, Unasked: s.unasked})
	if err != nil {
		return nil, err
	}
	seen, err := lookOnce(ctx, o)
	o.Close()
	if err != nil {
		return nil, err
	}
	list := hosts.List(seen)
	var requests []labs.Request
	for _, h := range list {
		if r, ok := h.Request(); ok {
			requests = append(requests, r)
		}
	}
	opts := observe.Options{Requests: requests, Trust: s.trust, Clock: e.Now, Unasked: s.unasked}
	if s.names != nil {
		s.names.ask(ctx, requests)
		opts.Names = s.names.get
	}
	if o, err = observe.New(s.handle, opts); err != nil {
		return nil, err
	}
	defer o.Close()
	if seen, err = lookOnce(ctx, o); err != nil {
		return nil, err
	}
	rows := make([]hostRow, 0, len(list))
	for _, h := range list {
		row := hostRow{Host: h}
		if r, ok := h.Request(); ok {
			row.judge(trace.Trace(r, seen))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// judge takes the verdict of a path over.
func (row *hostRow) judge(p labs.Path) {
	row.Verdict = overall(p)
	for _, h := range p.Hops {
		for _, l := range h.Layers {
			if l.Verdict != row.Verdict || row.Verdict == labs.Healthy || row.Layer != "" {
				continue
			}
			row.Layer, row.Summary = l.Layer, l.Summary
			if l.Verdict == labs.Broken && len(l.Objects) > 0 {
				row.Culprit = &l.Objects[0]
			}
		}
	}
}

// worstRow is broken before unknown before healthy; rows that could not be
// asked for do not count.
func worstRow(rows []hostRow) labs.Verdict {
	out := labs.Healthy
	for _, r := range rows {
		switch {
		case r.Verdict == labs.Broken:
			return labs.Broken
		case r.Verdict == labs.Unknown:
			out = labs.Unknown
		}
	}
	return out
}

func printHosts(w io.Writer, rows []hostRow) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "No Gateway of either API serves a host.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "HOST\tPORT\tTLS\tGATEWAY\tROUTE\t ")
	for _, r := range rows {
		tls, route := r.TLS, make([]string, len(r.Routes))
		if tls == "" {
			tls = "-"
		}
		for i, o := range r.Routes {
			route[i] = o.String()
		}
		if len(route) == 0 {
			route = []string{"-"}
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\n", visible(r.Host.Host), r.Port, tls, visible(r.Gateway.Namespace+"/"+r.Gateway.Name),
			visible(strings.Join(route, ", ")), visible(r.said()))
	}
	return t.Flush()
}

// said is the verdict in a few words.
func (row hostRow) said() string {
	switch {
	case row.Verdict == "" && row.Wildcard():
		return "  a wildcard is not asked for"
	case row.Verdict == "":
		return "  not to be asked for from outside"
	case row.Verdict == labs.Healthy:
		return traceMark(row.Verdict)
	}
	out := traceMark(row.Verdict) + " " + string(row.Layer) + ": " + row.Summary
	if row.Culprit != nil {
		out += " (" + row.Culprit.String() + ")"
	}
	return out
}
