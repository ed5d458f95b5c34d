package zone

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/miekg/dns"
)

// Answerer has the records for a question, and says how the name stands:
// dns.RcodeSuccess, dns.RcodeNameError where there is no such name, or
// dns.RcodeServerFailure where that cannot be told.
type Answerer func(name string, qtype uint16) (records []dns.RR, rcode int)

// Serve answers on addresses ("10.96.0.10:53") by UDP and TCP until ctx ends.
// What goes wrong afterwards is told to failed.
func Serve(ctx context.Context, a Answerer, failed func(error), addresses ...string) error {
	for _, addr := range addresses {
		packets, err := net.ListenPacket("udp4", addr)
		if err != nil {
			return fmt.Errorf("serve DNS: %w", err)
		}
		conns, err := net.Listen("tcp4", addr)
		if err != nil {
			packets.Close()
			return fmt.Errorf("serve DNS: %w", err)
		}
		for _, s := range []*dns.Server{{PacketConn: packets, Handler: a}, {Listener: conns, Handler: a}} {
			go func() {
				if err := s.ActivateAndServe(); err != nil && ctx.Err() == nil && !errors.Is(err, net.ErrClosed) {
					failed(fmt.Errorf("serve DNS at %s: %w", addr, err))
				}
			}()
			context.AfterFunc(ctx, func() { _ = s.Shutdown() })
		}
	}
	return nil
}

// ServeDNS answers one question.
func (a Answerer) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	m.Authoritative, m.RecursionAvailable = true, true
	if len(q.Question) == 1 {
		m.Answer, m.Rcode = a(q.Question[0].Name, q.Question[0].Qtype)
	} else {
		m.Rcode = dns.RcodeFormatError
	}
	size := dns.MinMsgSize
	if o := q.IsEdns0(); o != nil {
		size = int(o.UDPSize())
		m.SetEdns0(o.UDPSize(), false)
	}
	if w.LocalAddr().Network() == "udp" {
		m.Truncate(size)
	}
	_ = w.WriteMsg(m) // the asker is gone
}
