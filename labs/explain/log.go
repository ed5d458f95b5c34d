package explain

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/probe"
)

// Log explains a line of an access log in Istio's default text format, field
// by field, in the order of the line; none for a line of another format. Of a
// line that was cut, or has other fields, it explains the head.
func Log(line string) []labs.LogField {
	l, ok := probe.ParseLine(line)
	if !ok {
		return nil
	}
	out := []labs.LogField{
		{Name: "start", Value: l.At.Format(time.RFC3339Nano), Means: "when the request, or the connection, began"},
		{Name: "request", Value: request(l), Means: "method, path and protocol; dashes: nothing was read as a request"},
		{Name: "code", Value: strconv.Itoa(l.Code), Means: "status sent to the client; 0: none was sent"},
		{Name: "flags", Value: l.Flags, Means: flags(l.Flags)},
		{Name: "details", Value: l.Details, Means: "which part of Envoy, or the upstream, chose the status"},
		{Name: "closed", Value: l.Closed, Means: "why Envoy ended the connection"},
	}
	if l.Whole {
		out = append(out, tail(l)...)
	}
	for i, f := range out {
		out[i].Value = cmp.Or(f.Value, "-")
	}
	return out
}

func request(l probe.Line) string {
	return strings.TrimSpace(cmp.Or(l.Method, "-") + " " + cmp.Or(l.Path, "-") + " " + cmp.Or(l.Protocol, "-"))
}

// tail is what follows the status.
func tail(l probe.Line) []labs.LogField {
	return []labs.LogField{
		{Name: "failure", Value: l.Failure, Means: "why the connection to the upstream failed, TLS included"},
		{Name: "received", Value: l.Received, Means: "bytes of the request's body; of all, where it is a connection"},
		{Name: "sent", Value: l.Sent, Means: "bytes of the answer's body; of all, where it is a connection"},
		{Name: "duration", Value: strconv.FormatInt(l.Duration.Milliseconds(), 10), Means: "milliseconds from start to end"},
		{Name: "served", Value: l.Served, Means: "milliseconds that the upstream took; no number: no upstream answered"},
		{Name: "forwarded", Value: l.Forwarded, Means: "X-Forwarded-For: the addresses that the request came by"},
		{Name: "agent", Value: l.Agent, Means: "User-Agent; those of gatedrill/… are probes"},
		{Name: "request id", Value: l.RequestID, Means: "X-Request-Id: finds the same request in other logs"},
		{Name: "authority", Value: l.Authority, Means: "the host that was asked for; it picks the virtual host"},
		{Name: "upstream", Value: l.Upstream, Means: "address of the endpoint that was chosen; none: it went nowhere"},
		{Name: "cluster", Value: l.Cluster, Means: "Envoy's cluster: direction|port|subset|host"},
		{Name: "own end", Value: l.UpstreamLocal, Means: "Envoy's own end of the connection to the upstream"},
		{Name: "local", Value: l.Local, Means: "address and port that the client reached, as Envoy sees them"},
		{Name: "source", Value: l.Source, Means: "address of the client, as Envoy sees it"},
		{Name: "SNI", Value: l.SNI, Means: "server name in the client's TLS hello; none: no TLS, or no name"},
		{Name: "route", Value: l.Route, Means: "name of the route that matched"},
	}
}

// flags says what each response flag stands for.
func flags(list string) string {
	if list == "" {
		return "response flags; none: Envoy itself met no trouble"
	}
	var out []string
	for f := range strings.SplitSeq(list, ",") {
		means := flag(f)
		if means == "" {
			means = "a response flag that is not known here"
		}
		out = append(out, f+": "+means)
	}
	return strings.Join(out, "; ")
}

// flag is what Envoy means by one response flag, "" when it is not known.
func flag(f string) string {
	switch f {
	case "NR":
		return "no route, or no filter chain, matched"
	case "NC":
		return "the route's cluster does not exist"
	case "UH":
		return "the cluster has no healthy endpoint"
	case "UF":
		return "the connection to the upstream failed"
	case "UC":
		return "the upstream ended the connection"
	case "UO":
		return "a circuit breaker of the cluster is open"
	case "UT":
		return "the upstream did not answer in time"
	case "UR":
		return "the upstream reset the stream or connection"
	case "UPE":
		return "the upstream broke the HTTP protocol"
	case "UMSDR":
		return "the upstream request took longer than a stream may"
	case "URX":
		return "all retries, or all attempts to connect, were used up"
	}
	return downstreamFlag(f)
}

// downstreamFlag is of the flags that tell of the client, of Envoy's filters
// and of Envoy itself.
func downstreamFlag(f string) string {
	switch f {
	case "DC":
		return "the client ended the connection"
	case "DR":
		return "the client reset the stream"
	case "DPE":
		return "the client broke the HTTP protocol"
	case "DT":
		return "it took longer than a request or connection may"
	case "LR":
		return "Envoy reset the stream itself"
	case "SI":
		return "nothing was sent for too long"
	case "IH":
		return "a request header failed strict checking"
	case "RL":
		return "a rate limit filter refused it"
	case "RLSE":
		return "the rate limit service failed"
	case "UAEX":
		return "the external authorization service refused it"
	case "DI":
		return "a delay was injected"
	case "FI":
		return "an injected fault aborted it"
	case "LH":
		return "Envoy's own health check failed"
	case "NFCF":
		return "a filter's configuration is not there"
	case "OM":
		return "Envoy is overloaded and ended it"
	case "DF":
		return "the upstream's name did not resolve"
	case "DO", "UDO":
		return "it was dropped, as the cluster's configuration asks under overload"
	case "RFCF":
		return "it was answered from a cache"
	}
	return ""
}
