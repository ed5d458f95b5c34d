package probe

import (
	"strconv"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// Line is one line of an access log in Istio's default text format. A field
// that the log gives as "-" is empty.
type Line struct {
	At        time.Time
	Method    string // "" for a connection that never became a request
	Path      string
	Protocol  string
	Code      int
	Flags     string // "NR", "URX,UF"
	Details   string // "route_not_found"
	Closed    string // connection termination details
	Failure   string // upstream transport failure reason
	Received  string // bytes of the request's body, as logged
	Sent      string // bytes of the answer's body, as logged
	Duration  time.Duration
	Served    string // milliseconds that the upstream took, as logged
	Forwarded string // X-Forwarded-For
	Agent     string
	RequestID string
	Authority string
	Upstream  string // address of the chosen endpoint
	Cluster   string
	// UpstreamLocal is the proxy's own end of the connection to the endpoint:
	// the next proxy's Source, where that sees the connection itself.
	UpstreamLocal string
	Local         string // address the client connected to
	Source        string // address the proxy saw the client at
	SNI           string
	Route         string
	Text          string // the whole line
	Whole         bool   // all fields were there; else only those of the head are known
}

// Istio's default format, the quoted fields counted from 0:
//
//	[start] "method path protocol" code flags details closed "failure" in out
//	ms upstream-ms "forwarded" "agent" "request id" "authority" "upstream"
//	cluster upstream-local local source sni route
const quotedFields = 7

// ParseLine reads one line; ok is false when it is not an access-log line.
// A line with a different number of quoted fields gives what its head holds.
func ParseLine(text string) (l Line, ok bool) {
	text = strings.TrimSpace(text)
	parts := strings.Split(text, `"`)
	if !strings.HasPrefix(text, "[") || len(parts) < 3 {
		return l, false
	}
	at, err := time.Parse(time.RFC3339Nano, strings.Trim(strings.TrimSpace(parts[0]), "[]"))
	if err != nil {
		return l, false
	}
	l.At, l.Text = at, text
	if !l.head(parts) {
		return l, false
	}
	if l.Whole = len(parts) == 2*quotedFields+1; l.Whole {
		l.tail(parts)
	}
	return l, true
}

func (l *Line) head(parts []string) bool {
	if req := strings.Fields(parts[1]); len(req) == 3 {
		l.Method, l.Path, l.Protocol = dash(req[0]), dash(req[1]), dash(req[2])
	}
	f := strings.Fields(parts[2])
	if len(f) < 2 {
		return false
	}
	code, err := strconv.Atoi(f[0])
	if err != nil {
		return false
	}
	l.Code, l.Flags = code, dash(f[1])
	if len(f) > 2 {
		l.Details = dash(f[2])
	}
	if len(f) > 3 {
		l.Closed = dash(f[3])
	}
	return true
}

func (l *Line) tail(parts []string) {
	l.Failure = dash(parts[3])
	if f := strings.Fields(parts[4]); len(f) >= 3 {
		if ms, err := strconv.Atoi(f[2]); err == nil {
			l.Duration = time.Duration(ms) * time.Millisecond
		}
		l.Received, l.Sent = dash(f[0]), dash(f[1])
		if len(f) > 3 {
			l.Served = dash(f[3])
		}
	}
	l.Forwarded = dash(parts[5])
	l.Agent, l.RequestID = dash(parts[7]), dash(parts[9])
	l.Authority, l.Upstream = dash(parts[11]), dash(parts[13])
	f := strings.Fields(parts[14])
	for i, dst := range []*string{&l.Cluster, &l.UpstreamLocal, &l.Local, &l.Source, &l.SNI, &l.Route} {
		if i < len(f) {
			*dst = dash(f[i])
		}
	}
}

func dash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// agentName begins the user agent of every probe.
const agentName = "gatedrill/"

// Ours says whether the line tells of a probe, be it another program's.
func (l *Line) Ours() bool { return strings.HasPrefix(l.Agent, agentName) }

// Of says whether the line tells of that probe: by its id, or, for a
// connection that was not read as a request, by the client's end of it, or
// else by server name and time.
func (l *Line) Of(r *Result) bool {
	if r.ID == "" || l.mirrored() {
		return false
	}
	if l.RequestID == r.ID || strings.HasSuffix(l.Agent, r.ID) {
		return true
	}
	if l.Method != "" {
		return false
	}
	const slack = 20 * time.Millisecond
	if r.Local != "" {
		return l.Source == r.Local && !l.At.Before(r.Sent.Add(-time.Second)) && !l.At.After(r.Answer.At.Add(time.Second))
	}
	if r.Answer.Code != 0 && l.Upstream == "" {
		return false // it went nowhere, and so cannot have been answered
	}
	// Bytes that are not HTTP never had their server name read.
	name := l.SNI == r.SNI || l.SNI == "" && l.Flags == "DPE"
	return name && !l.At.Before(r.Sent.Add(-slack)) && !l.At.After(r.Answer.At.Add(slack))
}

// mirrored says whether the line is of a copy that a mirror sent: it bears the
// id of the request, and answers nobody.
func (l *Line) mirrored() bool {
	host, _, _ := strings.Cut(l.Authority, ":")
	return strings.HasSuffix(host, "-shadow")
}

// Leads says whether the connection to which this line's proxy sent the
// request is the one that the other line tells of. Proxies of HTTP keep
// connections for many requests; only lines of whole connections are joined
// so.
func (l *Line) Leads(next *Line) bool {
	const slack = time.Second // clocks of two nodes
	return l.UpstreamLocal != "" && l.UpstreamLocal == next.Source && next.Method == "" &&
		!next.At.After(l.At.Add(l.Duration+slack)) && !next.At.Add(next.Duration).Before(l.At.Add(-slack))
}

// Join adds to an answer what the gateway's log says of it.
func (l *Line) Join(a labs.Answer) labs.Answer {
	a.Flag, a.Details, a.LogLine, a.Source = l.Flags, l.Details, l.Text, l.Source
	if a.Details == "" {
		a.Details = l.Closed
	}
	return a
}
