package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	served "github.com/gatedrill/gatedrill/labs/hosts"
)

// hostsWithin bounds the look for hosts.
const hostsWithin = 30 * time.Second

// ErrHostsHidden says why hosts are not listed: the objects behind them are
// what a lab in progress asks for.
var ErrHostsHidden = errors.New("the list of hosts would give the lab in progress away; it is here once the diagnosis is complete")

// Hosts lists the hosts that the gateways of the cluster are configured to
// serve. It asks none of them.
func (s *Service) Hosts(ctx context.Context) ([]labs.HostRow, error) {
	if err := s.sync(); err != nil {
		return nil, err
	}
	if s.now().hides() {
		return nil, ErrHostsHidden
	}
	ctx, cancel := context.WithTimeout(ctx, hostsWithin)
	defer cancel()
	c, err := s.cluster(ctx)
	if err != nil {
		return nil, err
	}
	o, err := c.Observe(ctx, &labs.Lab{ID: "hosts"})
	if err != nil {
		return nil, err
	}
	defer o.Close()
	snap, err := o.Fresh(ctx)
	if err != nil {
		return nil, fmt.Errorf("look at the cluster: %w", err)
	}
	if s.now().hides() { // a lab was begun meanwhile
		return nil, ErrHostsHidden
	}
	var out []labs.HostRow
	for _, h := range served.List(snap) {
		row := labs.HostRow{Host: h.Host, Port: h.Port, TLS: h.TLS, Gateway: h.Gateway, Routes: h.Routes}
		if r, ok := h.Request(); ok {
			row.URL = r.URL
		}
		out = append(out, row)
	}
	return out, nil
}
