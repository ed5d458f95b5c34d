package envoy

import (
	"encoding/json"
	"fmt"
	"time"
)

type routeEntry struct {
	Config rawRouteConfig `json:"route_config"`
	Error  *refusal       `json:"error_state"`
}

type rawRouteConfig struct {
	Name       string          `json:"name"`
	IgnorePort bool            `json:"ignore_port_in_host_matching"`
	VHDS       json.RawMessage `json:"vhds"`
	Hosts      []struct {
		Name       string           `json:"name"`
		Domains    []string         `json:"domains"`
		Routes     []rawRoute       `json:"routes"`
		RequireTLS string           `json:"require_tls"`
		Matcher    json.RawMessage  `json:"matcher"`
		Filters    map[string]typed `json:"typed_per_filter_config"`
	} `json:"virtual_hosts"`
}

func (c *Config) routes(s section) error {
	for _, list := range [][]routeEntry{s.DynamicRoutes, s.StaticRoutes} {
		for _, e := range list {
			c.refused("route", e.Config.Name, e.Error)
			if e.Config.Name == "" && len(e.Config.Hosts) == 0 {
				continue // refused, and none before it
			}
			rc, err := e.Config.view()
			if err != nil {
				return err
			}
			c.Routes = append(c.Routes, rc)
		}
	}
	return nil
}

func (r rawRouteConfig) view() (RouteConfig, error) {
	rc := RouteConfig{Name: r.Name, IgnorePort: r.IgnorePort}
	if len(r.VHDS) > 0 {
		rc.Unknown = "vhds"
	}
	for _, h := range r.Hosts {
		v := VirtualHost{Name: h.Name, Domains: h.Domains}
		if h.RequireTLS != "NONE" {
			v.RequireTLS = h.RequireTLS
		}
		if len(h.Matcher) > 0 {
			v.Unknown = "matcher"
		}
		for i, raw := range h.Routes {
			route, err := raw.view(h.Filters)
			if err != nil {
				return rc, fmt.Errorf("route %d of virtual host %q: %w", i, h.Name, err)
			}
			v.Routes = append(v.Routes, route)
		}
		rc.Hosts = append(rc.Hosts, v)
	}
	return rc, nil
}

// envoyTimeout is that of a route that sets none.
const envoyTimeout = 15 * time.Second

type rawRoute struct {
	Name     string          `json:"name"`
	Match    json.RawMessage `json:"match"`
	Route    *rawAction      `json:"route"`
	Redirect *rawRedirect    `json:"redirect"`
	Direct   *struct {
		Status int    `json:"status"`
		Body   source `json:"body"`
	} `json:"direct_response"`
	Forward  json.RawMessage  `json:"non_forwarding_action"`
	Action   json.RawMessage  `json:"filter_action"`
	Metadata metadata         `json:"metadata"`
	Filters  map[string]typed `json:"typed_per_filter_config"`
}

func (r rawRoute) view(hostFilters map[string]typed) (Route, error) {
	out := Route{Name: r.Name, Config: r.Metadata.Filter.Istio.Config}
	if err := out.match(r.Match); err != nil {
		return out, err
	}
	if r.Direct != nil {
		out.Direct, out.Body = r.Direct.Status, r.Direct.Body.text()
	}
	if r.Redirect != nil {
		out.Redirect = r.Redirect.view()
	}
	if r.Route != nil {
		if err := r.Route.fill(&out); err != nil {
			return out, err
		}
	}
	switch {
	case len(r.Forward) > 0:
		out.ClusterFrom = "non_forwarding_action"
	case len(r.Action) > 0:
		out.ClusterFrom = "filter_action"
	}
	if err := out.filters(hostFilters); err != nil {
		return out, err
	}
	return out, out.filters(r.Filters)
}

type rawRedirect struct {
	HTTPS  bool          `json:"https_redirect"`
	Scheme string        `json:"scheme_redirect"`
	Host   string        `json:"host_redirect"`
	Port   int           `json:"port_redirect"`
	Path   string        `json:"path_redirect"`
	Prefix string        `json:"prefix_rewrite"`
	Regex  *regexRewrite `json:"regex_rewrite"`
	Strip  bool          `json:"strip_query"`
	Code   string        `json:"response_code"`
}

type regexRewrite struct {
	Pattern struct {
		Regex string `json:"regex"`
	} `json:"pattern"`
	Substitution string `json:"substitution"`
}

func (r rawRedirect) view() *Redirect {
	out := &Redirect{Scheme: r.Scheme, Host: r.Host, Port: r.Port, Path: r.Path, Prefix: r.Prefix, StripQuery: r.Strip, Code: 301}
	if r.HTTPS {
		out.Scheme = "https"
	}
	if r.Regex != nil {
		out.Regex, out.Substitution = r.Regex.Pattern.Regex, r.Regex.Substitution
	}
	if code := map[string]int{"FOUND": 302, "SEE_OTHER": 303, "TEMPORARY_REDIRECT": 307, "PERMANENT_REDIRECT": 308}[r.Code]; code != 0 {
		out.Code = code
	}
	return out
}
