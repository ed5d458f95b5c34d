package labfile

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// requests checks that each request says who asks what of whom in words that
// observers and the trace understand.
func (s *source) requests(l *labs.Lab) {
	nameForm := regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9]*$`)
	for _, name := range sortedKeys(l.Requests) {
		r := l.Requests[name]
		need := func(ok bool, format string, a ...any) {
			if !ok {
				s.complainKey("requests."+name, format, a...)
			}
		}
		need(nameForm.MatchString(name), "a name is letters and digits, since questions write trace.NAME")
		u, err := url.Parse(r.URL)
		need(err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"), "url must be http://host/path or https://host/path, got %q", r.URL)
		need(r.From == "outside" || labs.IsWorkload(r.From), "from must be outside, or a workload as namespace/name or namespace/kind/name, got %q", r.From)
		need(r.Gateway == "" || labs.IsPair(r.Gateway), "gateway must be a Service as namespace/name, got %q", r.Gateway)
		need(r.Via == "" || labs.IsPair(r.Via), "via must be a Service as namespace/name, got %q", r.Via)
		need(r.To == "" || answerer(r.To), "to must be a workload as namespace/name or namespace/name#label=value, or outside/host, got %q", r.To)
		need(r.To == "" || !r.Refused, "nobody ought to answer what is to be refused: leave out to, or refused")
		need(r.Connect == "" || address(r.Connect), "connect must be an address, with or without a port, got %q", r.Connect)
		client := func(c labs.Certificate) bool { return c.Client == r.Cert }
		need(r.Cert == "" || slices.ContainsFunc(l.Certificates, client), "cert names no client among certificates: %q", r.Cert)
	}
}

// answerer says whether a text names who ought to answer.
func answerer(text string) bool {
	workload, label, subset := strings.Cut(text, "#")
	if !labs.IsPair(workload) || subset && strings.HasPrefix(text, "outside/") {
		return false
	}
	key, value, _ := strings.Cut(label, "=")
	return !subset || key != "" && value != ""
}

func address(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	_, err := netip.ParseAddrPort(text)
	return err == nil
}
