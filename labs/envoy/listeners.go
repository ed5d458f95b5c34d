package envoy

import (
	"encoding/json"
	"strconv"
	"strings"
)

type listenerEntry struct {
	Listener rawListener `json:"listener"`
}

type dynamicListener struct {
	Name    string         `json:"name"`
	Active  *listenerEntry `json:"active_state"`
	Warming *listenerEntry `json:"warming_state"`
	Error   *refusal       `json:"error_state"`
}

type rawListener struct {
	Name        string           `json:"name"`
	Address     address          `json:"address"`
	Direction   string           `json:"traffic_direction"`
	Internal    json.RawMessage  `json:"internal_listener"`
	Bind        *bool            `json:"bind_to_port"`
	OriginalDst bool             `json:"use_original_dst"`
	Chains      []rawChain       `json:"filter_chains"`
	Default     *rawChain        `json:"default_filter_chain"`
	Matcher     json.RawMessage  `json:"filter_chain_matcher"`
	Filters     []listenerFilter `json:"listener_filters"`
}

type listenerFilter struct {
	Name     string        `json:"name"`
	Disabled *portDisabled `json:"filter_disabled"`
}

type portDisabled struct {
	Range *struct {
		Start int `json:"start"`
		End   int `json:"end"` // the first that is left out
	} `json:"destination_port_range"`
	Or struct {
		Rules []portDisabled `json:"rules"`
	} `json:"or_match"`
	Any bool `json:"any_match"`
}

func (p *portDisabled) ports() []PortRange {
	if p == nil {
		return nil
	}
	var out []PortRange
	if p.Any {
		out = append(out, PortRange{0, 65535})
	}
	if p.Range != nil {
		out = append(out, PortRange{p.Range.Start, p.Range.End - 1})
	}
	for _, r := range p.Or.Rules {
		out = append(out, r.ports()...)
	}
	return out
}

func (c *Config) listeners(s section) error {
	for _, e := range s.StaticListeners {
		l, err := c.listener(e.Listener)
		if err != nil {
			return err
		}
		l.Static = true
		c.Listeners = append(c.Listeners, l)
	}
	for _, e := range s.DynamicListeners {
		c.refused("listener", e.Name, e.Error)
		state := e.Active
		if state == nil {
			state = e.Warming
		}
		if state == nil {
			continue // draining or refused: accepts nothing
		}
		l, err := c.listener(state.Listener)
		if err != nil {
			return err
		}
		l.Warming = e.Active == nil
		if e.Error != nil {
			l.Refused = e.Error.Details
		}
		c.Listeners = append(c.Listeners, l)
	}
	return nil
}

func (c *Config) listener(r rawListener) (Listener, error) {
	l := Listener{
		Name: r.Name, Address: r.Address.Socket.Address, Port: r.Address.Socket.Port, Direction: r.Direction,
		Internal: len(r.Internal) > 0, Unbound: r.Bind != nil && !*r.Bind, OriginalDst: r.OriginalDst,
	}
	for _, f := range r.Filters {
		l.Filters = append(l.Filters, f.Name)
		switch {
		case strings.Contains(f.Name, "tls_inspector"):
			l.Inspects, l.NotInspected = true, f.Disabled.ports()
		case strings.Contains(f.Name, "http_inspector"):
			l.Sniffs, l.NotSniffed = true, f.Disabled.ports()
		case strings.HasSuffix(f.Name, "original_dst"):
			l.OriginalDst = true
		}
	}
	for _, rc := range r.Chains {
		ch, err := c.chain(rc)
		if err != nil {
			return l, err
		}
		l.Chains = append(l.Chains, ch)
	}
	if r.Default != nil {
		ch, err := c.chain(*r.Default)
		if err != nil {
			return l, err
		}
		l.Default = &ch
	}
	if len(r.Matcher) > 0 {
		m, err := matcher(r.Matcher)
		if err != nil {
			return l, err
		}
		l.Matcher = m
	}
	return l, nil
}

type rawChain struct {
	Name    string          `json:"name"`
	Match   json.RawMessage `json:"filter_chain_match"`
	Filters []struct {
		Name   string `json:"name"`
		Config typed  `json:"typed_config"`
	} `json:"filters"`
	Socket *socket `json:"transport_socket"`
}

func (c *Config) chain(r rawChain) (Chain, error) {
	ch := Chain{Name: r.Name}
	if len(r.Match) > 0 {
		if err := ch.Match.decode(r.Match); err != nil {
			return ch, err
		}
	}
	t, ok, err := r.Socket.tls()
	if err != nil {
		return ch, err
	}
	if ok {
		ch.TLS = t.downstream()
	}
	for _, f := range r.Filters {
		ch.Filters = append(ch.Filters, f.Name)
		if err := c.networkFilter(&ch, f.Config); err != nil {
			return ch, err
		}
	}
	return ch, nil
}

type cidr struct {
	Address string `json:"address_prefix"`
	Len     int    `json:"prefix_len"`
}

func cidrs(list []cidr) []string {
	var out []string
	for _, p := range list {
		out = append(out, p.Address+"/"+strconv.Itoa(p.Len))
	}
	return out
}

func (m *Match) decode(b []byte) error {
	var dest, sources []cidr
	unknown, err := each(b, func(name string, v json.RawMessage) (bool, error) {
		into := map[string]any{
			"destination_port": &m.Port, "prefix_ranges": &dest, "server_names": &m.Names,
			"transport_protocol": &m.Transport, "application_protocols": &m.ALPN, "source_prefix_ranges": &sources,
		}[name]
		if into == nil {
			return false, nil
		}
		return true, json.Unmarshal(v, into)
	})
	m.Prefixes, m.Sources, m.Unknown = cidrs(dest), cidrs(sources), unknown
	return err
}
