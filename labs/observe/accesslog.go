package observe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// lines kept of each proxy's access log: of probes, and of all else, which a
// busy proxy writes by the thousand. Connections that nobody read are among
// the latter, and requests that go by an agent of their own.
const (
	keptLines  = 256
	keptOthers = 256
)

// follow reads the access log as it grows, until the context ends. The first
// look goes back a little: a server's proxy is followed only after a request
// has reached it.
func (p *proxy) follow(ctx context.Context, news func()) {
	back := "8"
	for ctx.Err() == nil {
		if body, err := p.log(ctx, url.Values{"follow": {"true"}, "sinceSeconds": {back}}); err == nil {
			back = "2"
			scan(body, func(l *probe.Line) {
				p.add(l)
				news()
			})
			body.Close()
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// scan reads lines until there are no more; those of another form are not of
// the access log.
func scan(r io.Reader, line func(*probe.Line)) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if l, ok := probe.ParseLine(s.Text()); ok {
			line(&l)
		}
	}
	return s.Err()
}

func (p *proxy) add(l *probe.Line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.Ours() {
		p.lines = appendUpTo(p.lines, l, keptLines)
	} else {
		p.others = appendUpTo(p.others, l, keptOthers)
	}
	p.known = nil
}

// appendUpTo drops the older half of a list that is full.
func appendUpTo(list []*probe.Line, l *probe.Line, most int) []*probe.Line {
	if len(list) >= most {
		list = slices.Clone(list[most/2:])
	}
	return append(list, l)
}

// logged returns the proxy with the lines that it is known to have written.
func (p *proxy) logged() log {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		l := newLog(p.place, slices.Concat(p.others, p.lines))
		p.known = &l
	}
	return *p.known
}

// tail reads the lines written since a moment.
func (p *proxy) tail(ctx context.Context, since time.Time, now time.Time) (log, error) {
	seconds := int(now.Sub(since).Seconds()) + 2
	body, err := p.log(ctx, url.Values{"sinceSeconds": {strconv.Itoa(seconds)}})
	if err != nil {
		return log{}, err
	}
	defer body.Close()
	var lines []*probe.Line
	err = scan(body, func(l *probe.Line) { lines = append(lines, l) })
	return newLog(p.place, lines), err
}

func (p *proxy) log(ctx context.Context, q url.Values) (io.ReadCloser, error) {
	u := *p.logURL
	q.Set("container", snapshot.ProxyContainer)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := p.api.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read log of %s/%s: %w", p.namespace, p.pod, err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("read log of %s/%s: %s", p.namespace, p.pod, resp.Status)
	}
	return resp.Body, nil
}
