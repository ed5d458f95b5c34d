package envoy

import (
	"encoding/json"
	"fmt"
)

type rawRouteConfig struct {
	Name       string `json:"name"`
	IgnorePort bool   `json:"ignore_port_in_host_matching"`
	Hosts      []struct {
		Name    string     `json:"name"`
		Domains []string   `json:"domains"`
		Routes  []rawRoute `json:"routes"`
	} `json:"virtual_hosts"`
}

type weighted struct {
	Name   string `json:"name"`
	Weight *int   `json:"weight"`
}

func weights(w []weighted) []string {
	var out []string
	for _, c := range w {
		if c.Weight == nil || *c.Weight > 0 {
			out = append(out, c.Name)
		}
	}
	return out
}

type stringMatch struct {
	Exact    *string `json:"exact"`
	Prefix   *string `json:"prefix"`
	Suffix   *string `json:"suffix"`
	Contains *string `json:"contains"`
	Regex    *struct {
		Regex string `json:"regex"`
	} `json:"safe_regex"`
	IgnoreCase bool `json:"ignore_case"`
}

type rawHeader struct {
	Name    string       `json:"name"`
	String  *stringMatch `json:"string_match"`
	Present *bool        `json:"present_match"`
	Invert  bool         `json:"invert_match"`
	Empty   bool         `json:"treat_missing_header_as_empty"`
}

type rawRoute struct {
	Name  string `json:"name"`
	Match struct {
		Prefix    *string `json:"prefix"`
		Path      *string `json:"path"`
		Separated *string `json:"path_separated_prefix"`
		Regex     *struct {
			Regex string `json:"regex"`
		} `json:"safe_regex"`
		Template *struct {
			Config struct {
				Path string `json:"path_template"`
			} `json:"typed_config"`
		} `json:"path_match_policy"`
		Case    *bool       `json:"case_sensitive"`
		Headers []rawHeader `json:"headers"`
		Query   []rawHeader `json:"query_parameters"`
	} `json:"match"`
	Route *struct {
		Cluster  string `json:"cluster"`
		Weighted struct {
			Clusters []weighted `json:"clusters"`
		} `json:"weighted_clusters"`
		NotFound string `json:"cluster_not_found_response_code"`
	} `json:"route"`
	Redirect json.RawMessage `json:"redirect"`
	Direct   *struct {
		Status int `json:"status"`
	} `json:"direct_response"`
	Metadata metadata `json:"metadata"`
	Filters  map[string]struct {
		Abort *struct {
			Status int `json:"http_status"`
		} `json:"abort"`
	} `json:"typed_per_filter_config"`
}

func (c *Config) routes(raw []byte) error {
	type entry struct {
		Config rawRouteConfig `json:"route_config"`
	}
	var d struct {
		Static  []entry `json:"static_route_configs"`
		Dynamic []entry `json:"dynamic_route_configs"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	for _, e := range append(d.Dynamic, d.Static...) {
		rc, err := e.Config.view()
		if err != nil {
			return err
		}
		c.Routes = append(c.Routes, rc)
	}
	return nil
}

func (r rawRouteConfig) view() (RouteConfig, error) {
	rc := RouteConfig{Name: r.Name, IgnorePort: r.IgnorePort}
	for _, h := range r.Hosts {
		v := VirtualHost{Name: h.Name, Domains: h.Domains}
		for i, raw := range h.Routes {
			route, err := raw.view()
			if err != nil {
				return rc, fmt.Errorf("route %d of virtual host %q: %w", i, h.Name, err)
			}
			v.Routes = append(v.Routes, route)
		}
		rc.Hosts = append(rc.Hosts, v)
	}
	return rc, nil
}

func (r rawRoute) view() (Route, error) {
	out := Route{Name: r.Name, Config: r.Metadata.Filter.Istio.Config, Redirect: len(r.Redirect) > 0}
	switch m := r.Match; {
	case m.Path != nil:
		out.Path = PathMatch{Kind: "path", Value: *m.Path}
	case m.Separated != nil:
		out.Path = PathMatch{Kind: "separated", Value: *m.Separated}
	case m.Regex != nil:
		out.Path = PathMatch{Kind: "regex", Value: m.Regex.Regex}
	case m.Template != nil:
		out.Path = PathMatch{Kind: "template", Value: m.Template.Config.Path}
	case m.Prefix != nil:
		out.Path = PathMatch{Kind: "prefix", Value: *m.Prefix}
	}
	out.Path.IgnoreCase = r.Match.Case != nil && !*r.Match.Case
	for _, h := range r.Match.Headers {
		out.Headers = append(out.Headers, h.view())
	}
	for _, q := range r.Match.Query {
		out.Query = append(out.Query, q.view())
	}
	if r.Direct != nil {
		out.Direct = r.Direct.Status
	}
	for _, f := range r.Filters {
		if f.Abort != nil {
			out.Abort = f.Abort.Status
		}
	}
	if r.Route != nil {
		if r.Route.Cluster != "" {
			out.Clusters = []string{r.Route.Cluster}
		}
		out.Clusters = append(out.Clusters, weights(r.Route.Weighted.Clusters)...)
		if r.Route.NotFound == "INTERNAL_SERVER_ERROR" {
			out.NotFound = 500
		}
	}
	return out, nil
}

func (h rawHeader) view() HeaderMatch {
	m := HeaderMatch{Name: h.Name, Invert: h.Invert, Empty: h.Empty, Kind: "present"}
	if h.Present != nil {
		m.Absent = !*h.Present
	}
	s := h.String
	if s == nil {
		return m
	}
	m.IgnoreCase = s.IgnoreCase
	switch {
	case s.Exact != nil:
		m.Kind, m.Value = "exact", *s.Exact
	case s.Prefix != nil:
		m.Kind, m.Value = "prefix", *s.Prefix
	case s.Suffix != nil:
		m.Kind, m.Value = "suffix", *s.Suffix
	case s.Contains != nil:
		m.Kind, m.Value = "contains", *s.Contains
	case s.Regex != nil:
		m.Kind, m.Value = "regex", s.Regex.Regex
	}
	return m
}
