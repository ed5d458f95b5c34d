package envoy

import (
	"encoding/json"
	"strings"
)

// Claim compares what a verified token says.
type Claim struct {
	Path   []string // names from the outside inwards: "realm", "roles"
	Text   StringMatch
	Invert bool
}

// String names the claim as a VirtualService does.
func (c Claim) String() string { return "claim " + strings.Join(c.Path, ".") }

// tokenFilter verifies tokens, and keeps what they say under tokenPayload.
const (
	tokenFilter  = "envoy.filters.http.jwt_authn"
	tokenPayload = "payload"
)

// state reads conditions on what filters before the router found out. What a
// token says is held; anything else is unknown by its name.
func (r *Route) state(kind string, v json.RawMessage) error {
	var list []struct {
		Filter string `json:"filter"`
		Key    string `json:"key"`
		Path   []struct {
			Key string `json:"key"`
		} `json:"path"`
		Value  claimValue `json:"value"`
		Invert bool       `json:"invert"`
	}
	if err := json.Unmarshal(v, &list); err != nil {
		return err
	}
	for _, m := range list {
		var path []string
		for _, p := range m.Path {
			path = append(path, p.Key)
		}
		text, known := m.Value.text()
		if known && m.Filter == tokenFilter && len(path) > 1 && path[0] == tokenPayload {
			r.Claims = append(r.Claims, Claim{Path: path[1:], Text: text, Invert: m.Invert})
			continue
		}
		r.Unknown = append(r.Unknown, kind+" "+strings.Join(append([]string{m.Filter + m.Key}, path...), "."))
	}
	return nil
}

// claimValue is how a claim is compared: as a text, or as a list of texts.
type claimValue struct {
	Text *stringMatch `json:"string_match"`
	List *struct {
		OneOf *claimValue `json:"one_of"`
	} `json:"list_match"`
	Or *struct {
		Any []claimValue `json:"value_matchers"`
	} `json:"or_match"`
}

// text is what the claim, or one of its list, is compared with. Istio writes
// both alternatives with the same text; anything else is not known.
func (v claimValue) text() (StringMatch, bool) {
	switch {
	case v.Text != nil:
		return v.Text.view(), true
	case v.List != nil && v.List.OneOf != nil:
		return v.List.OneOf.text()
	case v.Or == nil || len(v.Or.Any) == 0:
		return StringMatch{}, false
	}
	first, known := v.Or.Any[0].text()
	for _, other := range v.Or.Any[1:] {
		if text, ok := other.text(); !ok || text != first {
			return StringMatch{}, false
		}
	}
	return first, known
}
