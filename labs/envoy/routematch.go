package envoy

import (
	"encoding/json"
	"fmt"
	"strconv"
)

type stringMatch struct {
	Exact      *string
	Prefix     *string
	Suffix     *string
	Contains   *string
	Regex      *regex
	IgnoreCase bool
	unknown    []string
}

type regex struct {
	Regex string `json:"regex"`
}

func (s *stringMatch) UnmarshalJSON(b []byte) error {
	var err error
	s.unknown, err = each(b, func(name string, v json.RawMessage) (bool, error) {
		switch name {
		case "exact":
			return true, json.Unmarshal(v, &s.Exact)
		case "prefix":
			return true, json.Unmarshal(v, &s.Prefix)
		case "suffix":
			return true, json.Unmarshal(v, &s.Suffix)
		case "contains":
			return true, json.Unmarshal(v, &s.Contains)
		case "safe_regex":
			return true, json.Unmarshal(v, &s.Regex)
		case "ignore_case":
			return true, json.Unmarshal(v, &s.IgnoreCase)
		}
		return false, nil
	})
	return err
}

func (s stringMatch) view() StringMatch {
	out := StringMatch{Kind: Unknown, IgnoreCase: s.IgnoreCase}
	switch {
	case s.Exact != nil:
		out.Kind, out.Value = "exact", *s.Exact
	case s.Prefix != nil:
		out.Kind, out.Value = "prefix", *s.Prefix
	case s.Suffix != nil:
		out.Kind, out.Value = "suffix", *s.Suffix
	case s.Contains != nil:
		out.Kind, out.Value = "contains", *s.Contains
	case s.Regex != nil:
		out.Kind, out.Value = "regex", s.Regex.Regex
	}
	if len(s.unknown) > 0 {
		out.Kind, out.Value = Unknown, s.unknown[0]
	}
	return out
}

// match reads the conditions of a route. Conditions that it does not know
// are kept by name.
func (r *Route) match(b json.RawMessage) error {
	if len(b) == 0 {
		return nil
	}
	ignoreCase := false
	unknown, err := each(b, func(name string, v json.RawMessage) (bool, error) {
		switch name {
		case "case_sensitive":
			var on *bool
			err := json.Unmarshal(v, &on)
			ignoreCase = on != nil && !*on
			return true, err
		case "headers":
			return true, r.headers(v, &r.Headers)
		case "query_parameters":
			return true, r.headers(v, &r.Query)
		case "grpc":
			r.Headers = append(r.Headers, HeaderMatch{Name: "content-type", Kind: "regex", Value: `application/grpc(\+.*)?`})
			return true, nil
		case "runtime_fraction":
			return true, r.fraction(v)
		case "dynamic_metadata", "filter_state":
			return true, r.state(name, v)
		}
		return r.path(name, v)
	})
	r.Path.IgnoreCase = ignoreCase
	r.Unknown = append(r.Unknown, unknown...)
	if err != nil {
		return fmt.Errorf("match: %w", err)
	}
	if r.Path.Kind == "" && len(unknown) > 0 {
		r.Path.Kind, r.Path.Value = Unknown, unknown[0]
	}
	return nil
}

// path reads what a path is compared with; false is for no such condition.
func (r *Route) path(name string, v json.RawMessage) (bool, error) {
	var err error
	switch name {
	case "prefix", "path":
		r.Path.Kind = name
		err = json.Unmarshal(v, &r.Path.Value)
	case "path_separated_prefix":
		r.Path.Kind = "separated"
		err = json.Unmarshal(v, &r.Path.Value)
	case "connect_matcher":
		r.Path.Kind = "connect"
	case "safe_regex":
		var x regex
		err = json.Unmarshal(v, &x)
		r.Path.Kind, r.Path.Value = "regex", x.Regex
	case "path_match_policy":
		var x struct {
			Name   string `json:"name"`
			Config struct {
				Template string `json:"path_template"`
			} `json:"typed_config"`
		}
		err = json.Unmarshal(v, &x)
		r.Path.Kind, r.Path.Value = "template", x.Config.Template
		if x.Config.Template == "" {
			r.Path.Kind, r.Path.Value = Unknown, "path_match_policy "+x.Name
		}
	default:
		return false, nil
	}
	return true, err
}

func (r *Route) fraction(v json.RawMessage) error {
	var f fraction
	if err := json.Unmarshal(v, &f); err != nil {
		return err
	}
	if p := f.Default.percent(); p < 100 {
		r.Unknown = append(r.Unknown, "runtime_fraction "+strconv.FormatFloat(p, 'g', -1, 64)+"%")
	}
	return nil
}

func (r *Route) headers(v json.RawMessage, into *[]HeaderMatch) error {
	var list []rawHeader
	if err := json.Unmarshal(v, &list); err != nil {
		return err
	}
	for _, h := range list {
		*into = append(*into, HeaderMatch(h))
	}
	return nil
}

// rawHeader reads a matcher in its form of today, and in the one of before.
type rawHeader HeaderMatch

func (h *rawHeader) UnmarshalJSON(b []byte) error {
	h.Kind = "present" // Envoy's meaning of a name alone
	text := func(kind string, v json.RawMessage) error {
		h.Kind = kind
		return json.Unmarshal(v, &h.Value)
	}
	unknown, err := each(b, func(name string, v json.RawMessage) (bool, error) {
		switch name {
		case "name":
			return true, json.Unmarshal(v, &h.Name)
		case "invert_match":
			return true, json.Unmarshal(v, &h.Invert)
		case "treat_missing_header_as_empty":
			return true, json.Unmarshal(v, &h.Empty)
		case "present_match":
			var present bool
			err := json.Unmarshal(v, &present)
			h.Absent = !present
			return true, err
		case "exact_match", "prefix_match", "suffix_match", "contains_match":
			return true, text(name[:len(name)-len("_match")], v)
		case "string_match":
			var s stringMatch
			err := json.Unmarshal(v, &s)
			view := s.view()
			h.Kind, h.Value, h.IgnoreCase = view.Kind, view.Value, view.IgnoreCase
			return true, err
		case "safe_regex_match":
			var x regex
			err := json.Unmarshal(v, &x)
			h.Kind, h.Value = "regex", x.Regex
			return true, err
		case "range_match":
			return true, h.between(v)
		}
		return false, nil
	})
	if len(unknown) > 0 {
		h.Kind, h.Value = Unknown, unknown[0]
	}
	return err
}

func (h *rawHeader) between(v json.RawMessage) error {
	var r struct {
		Start json.Number `json:"start"`
		End   json.Number `json:"end"`
	}
	if err := json.Unmarshal(v, &r); err != nil {
		return err
	}
	number := func(n json.Number) string {
		if n == "" {
			return "0"
		}
		return n.String()
	}
	h.Kind, h.Value = "range", number(r.Start)+"-"+number(r.End)
	return nil
}
