package envoy

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// networkFilter reads the filters that end a chain or may close it.
func (c *Config) networkFilter(ch *Chain, f typed) error {
	switch f.Type {
	case "HttpConnectionManager":
		return c.connectionManager(ch, f.raw)
	case "TcpProxy":
		var p struct {
			clusterChoice
			Tunnel struct {
				Host string `json:"hostname"`
			} `json:"tunneling_config"`
		}
		if err := json.Unmarshal(f.raw, &p); err != nil {
			return err
		}
		ch.Clusters, ch.Weighted = p.view()
		ch.Tunnel = p.Tunnel.Host
	case "RBAC":
		return ch.rbac(f.raw, true)
	case "ExtAuthz":
		return ch.extAuthz(f.raw)
	}
	return nil
}

func (c *Config) connectionManager(ch *Chain, raw json.RawMessage) error {
	var h struct {
		RDS struct {
			Name string `json:"route_config_name"`
		} `json:"rds"`
		Inline  *rawRouteConfig `json:"route_config"`
		Filters []struct {
			Name   string `json:"name"`
			Config typed  `json:"typed_config"`
		} `json:"http_filters"`
		Normalize bool `json:"normalize_path"`
		Merge     bool `json:"merge_slashes"`
	}
	if err := json.Unmarshal(raw, &h); err != nil {
		return err
	}
	ch.HTTP, ch.Route = true, h.RDS.Name
	ch.NormalizesPath, ch.MergesSlashes = h.Normalize, h.Merge
	for _, f := range h.Filters {
		ch.Filters = append(ch.Filters, f.Name)
		if err := ch.httpFilter(f.Config); err != nil {
			return err
		}
	}
	if h.Inline == nil {
		return nil
	}
	rc, err := h.Inline.view()
	if err != nil {
		return err
	}
	ch.Route = rc.Name
	c.Routes = append(c.Routes, rc)
	return nil
}

func (ch *Chain) httpFilter(f typed) error {
	switch f.Type {
	case "RBAC":
		return ch.rbac(f.raw, false)
	case "ExtAuthz":
		return ch.extAuthz(f.raw)
	case "JwtAuthentication":
		var j struct {
			Providers map[string]struct {
				Issuer string            `json:"issuer"`
				Header []json.RawMessage `json:"from_headers"`
				Param  []string          `json:"from_params"`
				Cookie []string          `json:"from_cookies"`
			} `json:"providers"`
		}
		if err := json.Unmarshal(f.raw, &j); err != nil {
			return err
		}
		ch.JWT = []string{}
		for _, name := range sorted(j.Providers) {
			p := j.Providers[name]
			ch.JWT = append(ch.JWT, p.Issuer)
			ch.TokenElsewhere = ch.TokenElsewhere || len(p.Header)+len(p.Param)+len(p.Cookie) > 0
		}
	}
	return nil
}

func (ch *Chain) rbac(raw json.RawMessage, network bool) error {
	type rules struct {
		Action   string                     `json:"action"`
		Policies map[string]json.RawMessage `json:"policies"`
	}
	var f struct {
		Rules  *rules `json:"rules"`
		Shadow *rules `json:"shadow_rules"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	add := func(r *rules, shadow bool) {
		if r == nil {
			return
		}
		action := r.Action
		if action == "" {
			action = "ALLOW"
		}
		ch.RBAC = append(ch.RBAC, RBAC{Network: network, Shadow: shadow, Action: action, Policies: sorted(r.Policies)})
	}
	add(f.Rules, false)
	add(f.Shadow, true)
	return nil
}

func (ch *Chain) extAuthz(raw json.RawMessage) error {
	var f struct {
		GRPC struct {
			Envoy struct {
				Cluster string `json:"cluster_name"`
			} `json:"envoy_grpc"`
		} `json:"grpc_service"`
		HTTP struct {
			Server struct {
				Cluster string `json:"cluster"`
			} `json:"server_uri"`
		} `json:"http_service"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	ch.ExtAuthz = append(ch.ExtAuthz, f.GRPC.Envoy.Cluster+f.HTTP.Server.Cluster)
	return nil
}

// matcher decodes a tree that picks a filter chain. What it holds that is not
// read becomes a leaf that says so.
func matcher(raw json.RawMessage) (*Matcher, error) {
	var m struct {
		Tree *struct {
			Input struct {
				Config typed `json:"typed_config"`
			} `json:"input"`
			Exact *struct {
				Map map[string]onMatch `json:"map"`
			} `json:"exact_match_map"`
			Custom *struct {
				Config struct {
					Type   string `json:"@type"`
					Ranges []struct {
						Ranges  []cidr  `json:"ranges"`
						OnMatch onMatch `json:"on_match"`
					} `json:"range_matchers"`
				} `json:"typed_config"`
			} `json:"custom_match"`
			Prefix json.RawMessage `json:"prefix_match_map"`
		} `json:"matcher_tree"`
		List      json.RawMessage `json:"matcher_list"`
		Otherwise *onMatch        `json:"on_no_match"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	out := &Matcher{}
	if m.Otherwise != nil {
		out.Otherwise = m.Otherwise.to
	}
	switch t := m.Tree; {
	case t == nil:
		out.Unknown = "matcher_list"
	case t.Exact != nil:
		out.Input, out.Exact = input(t.Input.Config), map[string]*Matcher{}
		for value, to := range t.Exact.Map {
			out.Exact[value] = to.to
		}
	case t.Custom != nil && strings.HasSuffix(t.Custom.Config.Type, ".IPMatcher"):
		out.Input = input(t.Input.Config)
		for _, r := range t.Custom.Config.Ranges {
			out.Ranges = append(out.Ranges, IPRange{CIDRs: cidrs(r.Ranges), Then: r.OnMatch.to})
		}
	default:
		out.Unknown = "matcher_tree of another kind"
	}
	return out, nil
}

// input names what is looked at: "DestinationIP" of a DestinationIPInput.
func input(t typed) string {
	name := strings.TrimSuffix(t.Type, "Input")
	if name != "FilterState" {
		return name
	}
	var f struct {
		Key string `json:"key"`
	}
	if json.Unmarshal(t.raw, &f) != nil {
		return name
	}
	return name + " " + f.Key
}

// onMatch is where a branch leads: to a chain by its name, or to more
// conditions.
type onMatch struct{ to *Matcher }

func (o *onMatch) UnmarshalJSON(b []byte) error {
	var m struct {
		Action *struct {
			Name   string `json:"name"`
			Config struct {
				Value any `json:"value"`
			} `json:"typed_config"`
		} `json:"action"`
		Matcher json.RawMessage `json:"matcher"`
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	switch {
	case m.Action != nil:
		name, ok := m.Action.Config.Value.(string)
		if !ok {
			name = m.Action.Name
		}
		o.to = &Matcher{Chain: name}
	case len(m.Matcher) > 0:
		to, err := matcher(m.Matcher)
		o.to = to
		return err
	default:
		o.to = &Matcher{Unknown: "on_match of another kind"}
	}
	return nil
}
