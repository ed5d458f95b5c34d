package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// namesWithin bounds one question to the DNS of this machine, namesEvery is
// how often it is asked again while somebody watches.
const (
	namesWithin = 3 * time.Second
	namesEvery  = 5 * time.Second
)

// lookupFunc resolves a host as clients on this machine do.
type lookupFunc = func(ctx context.Context, host string) ([]string, error)

// worldNames is the public DNS of a cluster that holds none itself, as far as
// it was asked: what this machine resolves.
type worldNames struct {
	lookup lookupFunc

	mu    sync.Mutex
	hosts []string // that were asked for
	zone  map[string][]string
	why   string
}

func newWorldNames(lookup lookupFunc) *worldNames {
	return &worldNames{lookup: lookup, why: "no name was asked for yet"}
}

// get is what observers ask for: the hosts of requests, and others of which
// they learn later. A host that has no address stays a name.
func (n *worldNames) get(others []string) (map[string][]string, string) {
	if len(others) > 0 {
		n.learn(context.Background(), others)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.zone), n.why
}

// learn asks for hosts too, if they were not asked for yet; false says that
// all of them were.
func (n *worldNames) learn(ctx context.Context, hosts []string) bool {
	n.mu.Lock()
	fresh := slices.DeleteFunc(slices.Clone(hosts), func(h string) bool { return slices.Contains(n.hosts, h) })
	n.hosts = slices.Concat(n.hosts, fresh)
	n.mu.Unlock()
	if len(fresh) > 0 {
		zone, why := n.resolve(ctx, fresh)
		n.mu.Lock()
		maps.Copy(zone, n.zone)
		n.zone, n.why = zone, why
		n.mu.Unlock()
	}
	return len(fresh) > 0
}

// ask resolves all hosts anew.
func (n *worldNames) ask(ctx context.Context) {
	n.mu.Lock()
	hosts := n.hosts
	n.mu.Unlock()
	zone, why := n.resolve(ctx, hosts)
	n.mu.Lock()
	n.zone, n.why = zone, why
	n.mu.Unlock()
}

// resolve looks hosts up, sixteen at a time.
func (n *worldNames) resolve(ctx context.Context, hosts []string) (zone map[string][]string, why string) {
	zone = map[string][]string{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, 16)
	for _, host := range hosts {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			ctx, cancel := context.WithTimeout(ctx, namesWithin)
			defer cancel()
			list, err := n.lookup(ctx, host)
			mu.Lock()
			defer mu.Unlock()
			var dns *net.DNSError
			switch {
			case err == nil:
				zone[host] = list
			case errors.As(err, &dns) && dns.IsNotFound:
			default:
				why = fmt.Sprintf("this machine's DNS does not answer for %s: %v", host, err)
			}
		})
	}
	wg.Wait()
	return zone, why
}

// follow asks again and again, until the context ends.
func (n *worldNames) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(namesEvery):
			n.ask(ctx)
		}
	}
}

// hostsOf are the names that requests go to.
func hostsOf(requests []labs.Request) []string {
	var out []string
	for _, r := range requests {
		if u, err := url.Parse(r.URL); err == nil && u.Hostname() != "" && net.ParseIP(u.Hostname()) == nil {
			out = append(out, u.Hostname())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
