package trace

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/match"
)

// asked is the request as this proxy's routes are matched with it.
func (w *walk) asked() match.Request {
	r := w.target.request()
	r.Token = w.token()
	return r
}

// token is what the proxy knows of the request's token: nothing where it looks
// for none, else what the token says, if it is of an issuer that it trusts.
// Whether its signature holds shows in the answer: a request whose does not
// is refused before any route counts.
func (w *walk) token() match.Token {
	switch c := w.chain; {
	case c == nil || !c.HTTP:
		return match.Token{}
	case c.JWT == nil:
		return match.Token{None: "no RequestAuthentication is in force at this proxy"}
	case c.TokenElsewhere:
		return match.Token{}
	}
	text, bearer := strings.CutPrefix(w.target.headers["authorization"], "Bearer ")
	switch {
	case strings.Contains(w.target.path, "access_token="):
		return match.Token{}
	case !bearer:
		return match.Token{None: "the request brings no token"}
	}
	claims := claimsOf(text)
	if issuer, _ := claims["iss"].(string); !slices.Contains(w.chain.JWT, issuer) {
		return match.Token{}
	}
	return match.Token{Claims: claims}
}

// claimsOf reads what a token says, nil where it is none.
func claimsOf(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil
	}
	var claims map[string]any
	if json.Unmarshal(text, &claims) != nil {
		return nil
	}
	return claims
}
