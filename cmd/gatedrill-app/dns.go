package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"github.com/gatedrill/gatedrill/labs/zone"
)

// forwardWithin bounds one question to a server of the cluster.
const forwardWithin = 3 * time.Second

// resolver is a DNS server for workloads. Names of the public zone, and all
// others under domains that are reserved for examples (RFC 2606), are the
// zone's to answer; the rest, the cluster's own names among them, is asked of
// the servers that this process was given itself.
type resolver struct {
	public  atomic.Pointer[zone.Zone]
	servers []string // host:port
}

// newResolver reads the servers to ask from a file like /etc/resolv.conf.
func newResolver(file string) (*resolver, error) {
	c, err := dns.ClientConfigFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the servers to ask: %w", err)
	}
	r := &resolver{}
	for _, s := range c.Servers {
		r.servers = append(r.servers, net.JoinHostPort(s, c.Port))
	}
	r.read("")
	return r, nil
}

// read takes a new zone over. Its bad lines are only logged: what is wrong with
// the public DNS must be looked at with dig, as everywhere.
func (r *resolver) read(text string) {
	z, err := zone.Parse(text)
	if err != nil {
		log.Printf("the public zone has bad lines: %v", err)
	}
	r.public.Store(z)
}

// answer is a zone.Answerer.
func (r *resolver) answer(name string, qtype uint16) ([]dns.RR, int) {
	z := r.public.Load()
	rrs, exists := z.Answer(name, qtype)
	if !exists {
		return r.beyond(name, qtype)
	}
	if len(rrs) == 0 || qtype == dns.TypeCNAME {
		return rrs, dns.RcodeSuccess
	}
	last, isAlias := rrs[len(rrs)-1].(*dns.CNAME)
	if !isAlias {
		return rrs, dns.RcodeSuccess
	}
	if _, circle := z.Answer(last.Target, qtype); circle {
		return rrs, dns.RcodeSuccess
	}
	more, rcode := r.beyond(last.Target, qtype)
	return append(rrs, more...), rcode
}

// beyond answers for a name that the zone does not hold.
func (r *resolver) beyond(name string, qtype uint16) ([]dns.RR, int) {
	for _, domain := range []string{"example.", "example.com.", "example.net.", "example.org.", "test.", "invalid."} {
		if dns.IsSubDomain(domain, dns.CanonicalName(name)) {
			return nil, dns.RcodeNameError
		}
	}
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), qtype)
	for _, network := range []string{"udp", "tcp"} {
		c := &dns.Client{Net: network, Timeout: forwardWithin}
		for _, server := range r.servers {
			m, _, err := c.Exchange(q, server)
			if err == nil && !m.Truncated {
				return m.Answer, m.Rcode
			}
		}
	}
	return nil, dns.RcodeServerFailure
}

// resolve serves DNS at an address until ctx ends, by a zone that it follows.
func resolve(ctx context.Context, address, resolvConf string, z *zoneReader) error {
	r, err := newResolver(resolvConf)
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	if err := zone.Serve(ctx, r.answer, fail, address); err != nil {
		return err
	}
	z.follow(ctx, r.read)
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}
