package probe

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Ends of a request that follows redirects.
const (
	RedirectLoop     = "redirect loop"
	TooManyRedirects = "too many redirects"
)

// maxRedirects is how many redirects are followed.
const maxRedirects = 10

// step is one request on the way along redirects.
type step struct {
	request labs.Request
	url     *url.URL
	address string // to connect to; "" where the host's name has to be resolved
}

func firstStep(r labs.Request, address string) (step, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return step{}, fmt.Errorf("no URL to ask: %q", r.URL)
	}
	if r.Connect != "" {
		address = r.Connect
	}
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	return step{request: r, url: u, address: address}, nil
}

// follow sends the step, and those that redirects lead to where the request
// asks for it. The result is the last one's.
func (p *Prober) follow(ctx context.Context, s step) Result {
	var steps []labs.Redirect
	var resolved []string
	visited := map[string]bool{}
	for {
		visited[s.key()] = true
		res := p.send(ctx, s)
		if steps == nil {
			resolved = res.Resolved
		}
		res.Answer.Redirects, res.Resolved = steps, resolved
		location := res.location
		if !s.request.Follow || !redirects(res.Answer.Code) || location == "" || res.Answer.Error != "" {
			return res
		}
		steps = append(slices.Clone(steps), labs.Redirect{Code: res.Answer.Code, Location: location})
		res.Answer.Redirects = steps
		next, err := s.next(res.Answer.Code, location)
		switch {
		case err != nil:
			res.Answer.Error = err.Error()
		case visited[next.key()]:
			res.Answer.Error = RedirectLoop
		case len(steps) >= maxRedirects:
			res.Answer.Error = TooManyRedirects
		default:
			s = next
			continue
		}
		return res
	}
}

// key tells requests apart that a server may answer in different ways.
func (s step) key() string { return s.request.Method + " " + s.url.String() }

func redirects(code int) bool {
	switch code {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// next is the request that a client makes of a redirect. What was meant for
// one host (its address, its server name, credentials) is not for another.
func (s step) next(code int, location string) (step, error) {
	u, err := s.url.Parse(location)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return step{}, fmt.Errorf("redirect to %q, which is no http or https URL", location)
	}
	n := step{request: s.request, url: u, address: s.address}
	n.url.Fragment, n.url.RawFragment = "", ""
	if keeps := code == http.StatusTemporaryRedirect || code == http.StatusPermanentRedirect; !keeps && n.request.Method != http.MethodHead {
		n.request.Method = http.MethodGet
	}
	if !strings.EqualFold(u.Hostname(), s.url.Hostname()) {
		n.address, n.request = "", n.request.Forwarded()
		n.request.Headers = maps.Clone(n.request.Headers)
		maps.DeleteFunc(n.request.Headers, func(k, _ string) bool {
			return slices.Contains([]string{"host", "authorization", "cookie"}, strings.ToLower(k))
		})
	} else if host, _, err := net.SplitHostPort(n.address); err == nil {
		if Port(u) != Port(s.url) {
			n.address = host // the port that was given was the old one's
		}
	}
	return n, nil
}
