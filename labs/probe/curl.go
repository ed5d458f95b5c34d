package probe

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Curl asks a question where there is no program of ours but curl, which has
// to be run elsewhere: its arguments, what it reads, and what it printed as a
// Result. What curl cannot be told in one command is an error.
type Curl struct {
	Args  []string
	Stdin []byte
	id    string
	url   *url.URL
	names bool // the host's name was resolved
}

// curlSays is what curl prints of the connection, after the word curlMark.
const (
	curlMark = "gatedrill-curl "
	curlSays = curlMark + `%{remote_ip} %{local_ip} %{local_port}\n`
)

// Curl packs the question for curl.
func (q Question) Curl() (Curl, error) {
	s, err := firstStep(q.Request, "")
	if err != nil {
		return Curl{}, err
	}
	r, id := s.request, newID()
	switch {
	case r.Samples > 1:
		return Curl{}, errors.New("curl asks once at a time")
	case q.Cert != "":
		return Curl{}, errors.New("curl cannot be handed a client certificate there")
	case s.url.Scheme == "https" && r.ServerName(s.url.Hostname()) != labs.Request{}.ServerName(s.url.Hostname()):
		return Curl{}, errors.New("curl cannot be told a server name that is not the URL's")
	}
	c := Curl{id: id, url: s.url, names: r.Connect == "" && net.ParseIP(s.url.Hostname()) == nil}
	c.Args = []string{"curl", "-sS", "-i", version(r), "--noproxy", "*", "--max-time", strconv.FormatFloat(q.Timeout.Seconds(), 'f', 1, 64),
		"-X", r.Method, "-A", agentName + id, "-H", "X-Request-Id: " + id, "-w", "%{stderr}" + curlSays}
	if r.Method == http.MethodHead {
		c.Args = append(c.Args, "-I")
	}
	for _, k := range slices.Sorted(maps.Keys(r.Headers)) {
		c.Args = append(c.Args, "-H", k+": "+r.Headers[k])
	}
	if r.Follow {
		c.Args = append(c.Args, "-L", "--max-redirs", strconv.Itoa(maxRedirects))
	}
	if r.Connect != "" {
		c.Args = append(c.Args, "--connect-to", connectTo(s.url, r.Connect))
	}
	if s.url.Scheme == "https" && q.Trust != "" {
		c.Args, c.Stdin = append(c.Args, "--cacert", "/dev/stdin"), []byte(q.Trust)
	}
	c.Args = append(c.Args, "--", s.url.String())
	return c, nil
}

func version(r labs.Request) string {
	switch {
	case !r.HTTP2:
		return "--http1.1"
	case strings.HasPrefix(r.URL, "https:"):
		return "--http2"
	}
	return "--http2-prior-knowledge"
}

func connectTo(u *url.URL, address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = address, Port(u)
	}
	from := net.JoinHostPort(u.Hostname(), Port(u))
	return from + ":" + net.JoinHostPort(host, port)
}

// Result reads what curl printed and how it ended. The times are the
// caller's to fill in.
func (c Curl) Result(code int, stdout, stderr []byte) Result {
	res := Result{ID: c.id, Answer: labs.Answer{Observed: true}}
	if c.url.Scheme == "https" {
		res.SNI = labs.Request{}.ServerName(c.url.Hostname())
	}
	c.connection(&res, string(stderr))
	c.responses(&res, stdout)
	a := &res.Answer
	if code == 0 {
		if a.Code == 0 {
			a.Error, a.Observed = "curl printed no answer", false
		}
		return res
	}
	said, _, _ := strings.Cut(string(stderr), curlMark)
	a.Error, a.Observed = curlClass(code, strings.TrimSpace(said))
	if code == 47 {
		a.Error = TooManyRedirects
		for i, r := range a.Redirects {
			if slices.Contains(a.Redirects[:i], r) {
				a.Error = RedirectLoop
			}
		}
	}
	return res
}

func (c Curl) connection(res *Result, stderr string) {
	_, says, ok := strings.Cut(stderr, curlMark)
	if f := strings.Fields(says); ok && len(f) >= 3 && net.ParseIP(f[1]) != nil {
		res.Local = net.JoinHostPort(f[1], f[2])
		if c.names && net.ParseIP(f[0]) != nil {
			res.Resolved = []string{f[0]}
		}
	}
}

// responses reads the heads of all answers, and the body of the last.
func (c Curl) responses(res *Result, stdout []byte) {
	a := &res.Answer
	for bytes.HasPrefix(stdout, []byte("HTTP/")) {
		head, rest, ok := bytes.Cut(stdout, []byte("\r\n\r\n"))
		if !ok {
			return
		}
		r := bufio.NewReader(bytes.NewReader(append(slices.Clone(head), "\r\n\r\n"...)))
		status, err := r.ReadString('\n')
		f := strings.Fields(status)
		if err != nil || len(f) < 2 {
			return
		}
		header, err := textproto.NewReader(r).ReadMIMEHeader()
		if err != nil {
			return
		}
		a.Code, _ = strconv.Atoi(f[1])
		a.Headers = headersOf(http.Header(header))
		a.Server = header.Get("Server")
		a.Upstream = header.Get("X-Envoy-Upstream-Service-Time") != ""
		stdout = rest
		if location := header.Get("Location"); slices.Contains(c.Args, "-L") && redirects(a.Code) && location != "" {
			a.Redirects = append(a.Redirects, labs.Redirect{Code: a.Code, Location: location})
			// The body of a redirect that is followed is not printed.
			continue
		}
		if a.Code >= 200 {
			break // 1xx is followed by the answer itself
		}
	}
	a.Body = string(bytes.ToValidUTF8(stdout[:min(len(stdout), MaxBody)], []byte("?")))
}

// curlClass names an end of curl as classify does; what kept curl from asking
// is not observed.
func curlClass(code int, said string) (class string, observed bool) {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(said), w) })
	}
	switch code {
	case 6:
		return DNS, true
	case 7:
		if has("no route", "unreachable") {
			return Unreachable, true
		}
		return Refused, true
	case 28:
		return Timeout, true
	case 52, 55, 56:
		return Reset, true
	case 35:
		switch {
		case has("wrong version", "unknown protocol"):
			return "tls: not TLS", true
		case has("reset", "syscall"):
			return Reset, true
		}
		return "tls: " + strings.TrimPrefix(said, "curl: (35) "), true
	case 51, 60:
		switch {
		case has("no alternative", "does not match"):
			return "tls: name mismatch", true
		case has("expired", "not yet valid"):
			return "tls: expired or not yet valid", true
		}
		return "tls: unknown authority", true
	case 47:
		return TooManyRedirects, true
	}
	return fmt.Sprintf("curl ended with %d: %s", code, said), false
}
