package match

import (
	"fmt"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// Token is what is known of the token that a request brings, once the proxy
// has verified it. The zero value is a token of which nothing is known.
type Token struct {
	None   string         // why the proxy takes no token from the request, "" when it may
	Claims map[string]any // what the token says; nil when not known
}

// claimFits matches a claim. One that is not there fits nothing, and so an
// inverted match.
func claimFits(c envoy.Claim, t Token) Result {
	if t.None == "" && t.Claims == nil {
		return unknown("the route asks for " + c.String() + " of a token that cannot be read here")
	}
	fits := no(c.String() + " is not known: " + t.None)
	if t.None == "" {
		fits = claimed(c, t.Claims)
	}
	switch {
	case fits.Outcome == Unknown || !c.Invert:
		return fits
	case fits.OK():
		return no(fmt.Sprintf("%s is %s", c, c.Text.Value))
	}
	return yes()
}

// claimed compares a text, or each of a list of texts.
func claimed(c envoy.Claim, claims map[string]any) Result {
	var value any = claims
	for _, name := range c.Path {
		m, _ := value.(map[string]any)
		value = m[name]
	}
	values, list := value.([]any)
	if !list {
		values = []any{value}
	}
	for _, v := range values {
		if text, ok := v.(string); ok {
			if res := textFits(c.String(), c.Text, text); res.Outcome != FitsNot {
				return res
			}
		}
	}
	return no(fmt.Sprintf("%s is %v, not %s %s", c, value, c.Text.Kind, c.Text.Value))
}
