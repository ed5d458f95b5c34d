package envoy

import (
	"encoding/json"
	"slices"
)

// percentage is protobuf's FractionalPercent.
type percentage struct {
	Numerator   float64 `json:"numerator"`
	Denominator string  `json:"denominator"`
}

func (p percentage) percent() float64 {
	switch p.Denominator {
	case "TEN_THOUSAND":
		return p.Numerator / 100
	case "MILLION":
		return p.Numerator / 10_000
	}
	return p.Numerator
}

type fraction struct {
	Default percentage `json:"default_value"`
}

type rawCORS struct {
	Origins     []stringMatch `json:"allow_origin_string_match"`
	Methods     string        `json:"allow_methods"`
	Headers     string        `json:"allow_headers"`
	Credentials bool          `json:"allow_credentials"`
}

func (c rawCORS) view() *CORS {
	out := &CORS{Methods: c.Methods, Headers: c.Headers, Credentials: c.Credentials}
	for _, o := range c.Origins {
		out.Origins = append(out.Origins, o.view())
	}
	return out
}

// filters reads what a route or its virtual host sets up for it alone; a
// route's own comes later and wins.
func (r *Route) filters(filters map[string]typed) error {
	for _, name := range sorted(filters) {
		if !slices.Contains(r.Filters, name) {
			r.Filters = append(r.Filters, name)
		}
		f := filters[name]
		var err error
		switch f.Type {
		case "HTTPFault":
			err = r.fault(f.raw)
		case "CorsPolicy":
			var c rawCORS
			err = json.Unmarshal(f.raw, &c)
			r.CORS = c.view()
		case "FilterConfig":
			err = r.wrapped(name, f.raw)
		case "": // without a type, as dumps that were cut down have it
			if name == "envoy.filters.http.fault" {
				err = r.fault(f.raw)
			}
		}
		if err != nil {
			return err
		}
	}
	slices.Sort(r.Filters)
	return nil
}

// wrapped looks into Envoy's FilterConfig, which may switch a filter off.
func (r *Route) wrapped(name string, raw json.RawMessage) error {
	var w struct {
		Config typed `json:"config"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return err
	}
	if len(w.Config.raw) == 0 || w.Config.Type == "FilterConfig" {
		return nil
	}
	return r.filters(map[string]typed{name: w.Config})
}

func (r *Route) fault(raw json.RawMessage) error {
	var f struct {
		Abort *struct {
			Status  int         `json:"http_status"`
			GRPC    *int        `json:"grpc_status"`
			Percent *percentage `json:"percentage"`
		} `json:"abort"`
		Delay *struct {
			Fixed   string      `json:"fixed_delay"`
			Percent *percentage `json:"percentage"`
		} `json:"delay"`
		Headers []json.RawMessage `json:"headers"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	r.Abort, r.AbortPercent, r.Delay, r.DelayPercent = 0, 0, 0, 0
	if a := f.Abort; a != nil {
		r.Abort, r.AbortPercent = a.Status, share(a.Percent)
		if a.GRPC != nil && r.Abort == 0 {
			r.Abort = 200 // the status is in the trailers
		}
	}
	if d := f.Delay; d != nil && d.Fixed != "" {
		fixed, err := duration(d.Fixed)
		if err != nil {
			return err
		}
		r.Delay, r.DelayPercent = fixed, share(d.Percent)
	}
	return nil
}

// share is a fault's percentage; Envoy takes one that is not set for 0.
func share(p *percentage) float64 {
	if p == nil {
		return 0
	}
	return p.percent()
}
