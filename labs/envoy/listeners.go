package envoy

import (
	"encoding/json"
	"strconv"
	"strings"
)

type rawListener struct {
	Name    string     `json:"name"`
	Address address    `json:"address"`
	Chains  []rawChain `json:"filter_chains"`
	Default *rawChain  `json:"default_filter_chain"`
	Filters []struct {
		Name string `json:"name"`
	} `json:"listener_filters"`
}

type rawChain struct {
	Name  string `json:"name"`
	Match struct {
		Port     int `json:"destination_port"`
		Prefixes []struct {
			Address string `json:"address_prefix"`
			Len     int    `json:"prefix_len"`
		} `json:"prefix_ranges"`
		Names     []string `json:"server_names"`
		Transport string   `json:"transport_protocol"`
		ALPN      []string `json:"application_protocols"`
	} `json:"filter_chain_match"`
	Filters []struct {
		Name   string          `json:"name"`
		Config json.RawMessage `json:"typed_config"`
	} `json:"filters"`
	Socket *socket `json:"transport_socket"`
}

func (c *Config) listeners(raw []byte) error {
	var d struct {
		Static []struct {
			Listener rawListener `json:"listener"`
		} `json:"static_listeners"`
		Dynamic []struct {
			Active *struct {
				Listener rawListener `json:"listener"`
			} `json:"active_state"`
			Warming *struct {
				Listener rawListener `json:"listener"`
			} `json:"warming_state"`
		} `json:"dynamic_listeners"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	for _, s := range d.Static {
		l, err := c.listener(s.Listener)
		if err != nil {
			return err
		}
		l.Static = true
		c.Listeners = append(c.Listeners, l)
	}
	for _, dyn := range d.Dynamic {
		state, warming := dyn.Active, false
		if state == nil {
			state, warming = dyn.Warming, true
		}
		if state == nil {
			continue // draining or refused: accepts nothing
		}
		l, err := c.listener(state.Listener)
		if err != nil {
			return err
		}
		l.Warming = warming
		c.Listeners = append(c.Listeners, l)
	}
	return nil
}

func (c *Config) listener(r rawListener) (Listener, error) {
	l := Listener{Name: r.Name, Address: r.Address.Socket.Address, Port: r.Address.Socket.Port}
	for _, f := range r.Filters {
		if strings.Contains(f.Name, "tls_inspector") {
			l.Inspects = true
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
	return l, nil
}

func (c *Config) chain(r rawChain) (Chain, error) {
	ch := Chain{Name: r.Name, Match: Match{
		Port: r.Match.Port, Names: r.Match.Names,
		Transport: r.Match.Transport, ALPN: r.Match.ALPN,
	}}
	for _, p := range r.Match.Prefixes {
		ch.Match.Prefixes = append(ch.Match.Prefixes, address{socketAddress{p.Address, p.Len}}.cidr())
	}
	t, ok, err := r.Socket.tls()
	if err != nil {
		return ch, err
	}
	if ok {
		ch.TLS = &TLS{
			Secrets: names(t.Common.Certs), CA: t.ca(), RequireClient: t.Require,
			MinVersion: t.Common.Params.Min, ALPN: t.Common.ALPN,
		}
	}
	for _, f := range r.Filters {
		ch.Filters = append(ch.Filters, f.Name)
		if err := c.filter(&ch, f.Config); err != nil {
			return ch, err
		}
	}
	return ch, nil
}

// filter reads the two network filters that end a chain.
func (c *Config) filter(ch *Chain, raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	var f struct {
		Type string `json:"@type"`
		RDS  *struct {
			Name string `json:"route_config_name"`
		} `json:"rds"`
		Inline  *rawRouteConfig `json:"route_config"`
		Filters []struct {
			Name string `json:"name"`
		} `json:"http_filters"`
		Cluster  string `json:"cluster"`
		Weighted struct {
			Clusters []weighted `json:"clusters"`
		} `json:"weighted_clusters"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(f.Type, "HttpConnectionManager"):
		ch.HTTP = true
		for _, h := range f.Filters {
			ch.Filters = append(ch.Filters, h.Name)
		}
		if f.RDS != nil {
			ch.Route = f.RDS.Name
		}
		if f.Inline != nil {
			ch.Route = f.Inline.Name
			rc, err := f.Inline.view()
			if err != nil {
				return err
			}
			c.Routes = append(c.Routes, rc)
		}
	case strings.HasSuffix(f.Type, "TcpProxy"):
		if f.Cluster != "" {
			ch.Clusters = []string{f.Cluster}
		}
		ch.Clusters = append(ch.Clusters, weights(f.Weighted.Clusters)...)
	}
	return nil
}

func (a address) cidr() string {
	return a.Socket.Address + "/" + strconv.Itoa(a.Socket.Port)
}
