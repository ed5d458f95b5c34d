package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/gatedrill/gatedrill/labs"
)

// printHosts prints the table, and what could not be seen below it.
func printHosts(w io.Writer, table hostTable) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(table.Hosts) > 0 {
		fmt.Fprintln(t, "HOST\tPORT\tTLS\tGATEWAY\tROUTE\tVERDICT")
	} else if table.verdict() == labs.Healthy {
		fmt.Fprintln(t, "no gateway serves a host")
	} else {
		fmt.Fprintln(t, "no host was seen")
	}
	for _, j := range table.Hosts {
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
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\n", visible(j.Host.Host), j.Port, tls, visible(j.Gateway.Namespace+"/"+j.Gateway.Name), visible(route), visible(j.words()))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, u := range table.Unseen {
		if _, err := fmt.Fprintf(w, "not seen  %s\n", visible(u.What+": "+u.Why)); err != nil {
			return err
		}
	}
	return nil
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
