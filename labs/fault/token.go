package fault

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/gatedrill/gatedrill/labs"
)

const (
	signingSecret = "jwt-"    // with the key's name behind it: Secret in Namespace
	signingFile   = "key.der" // PKCS #8
	// tokenLife is longer than anybody sits over a lab.
	tokenLife = 24 * time.Hour
)

// signingKey returns a key for tokens, made and stored when it is first
// needed.
func (e *Engine) signingKey(ctx context.Context, name string) (*ecdsa.PrivateKey, error) {
	files, _, err := e.firstFiles(ctx, signingSecret+name, func() (map[string][]byte, error) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		return map[string][]byte{signingFile: der}, err
	})
	if err != nil {
		return nil, fmt.Errorf("keep the key %q of tokens: %w", name, err)
	}
	key, err := x509.ParsePKCS8PrivateKey(files[signingFile])
	if ec, ok := key.(*ecdsa.PrivateKey); ok {
		return ec, nil
	}
	return nil, fmt.Errorf("read the key %q of tokens: no EC key: %w", name, err)
}

// keySet is the JSON Web Key Set (RFC 7517) that tokens of a key are checked
// by.
func (e *Engine) keySet(ctx context.Context, name string) (string, error) {
	key, err := e.signingKey(ctx, name)
	if err != nil {
		return "", err
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: name, Algorithm: string(jose.ES256), Use: "sig"}}}
	text, err := json.Marshal(set)
	if err != nil {
		return "", fmt.Errorf("write the key set %q: %w", name, err)
	}
	return string(text), nil
}

// token signs a token (RFC 7519) as it is declared, with ES256.
func (e *Engine) token(ctx context.Context, t labs.Token) (string, error) {
	key, err := e.signingKey(ctx, t.SignedBy())
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: t.SignedBy()}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign token %q: %w", t.Name, err)
	}
	from := e.now()
	if t.Expired {
		from = from.Add(-2 * tokenLife)
	}
	claims := maps.Clone(t.Claims)
	if claims == nil {
		claims = map[string]any{}
	}
	claims["iss"], claims["sub"], claims["iat"], claims["exp"] = t.Issuer, t.Subject, from.Unix(), from.Add(tokenLife).Unix()
	if len(t.Audience) > 0 {
		claims["aud"] = t.Audience
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign token %q: %w", t.Name, err)
	}
	return text, nil
}

// Tokens signs a lab's tokens, by name.
func (e *Engine) Tokens(ctx context.Context, lab *labs.Lab) (map[string]string, error) {
	out := map[string]string{}
	var errs []error
	for _, t := range lab.Tokens {
		text, err := e.token(ctx, t)
		out[t.Name], errs = text, append(errs, err)
	}
	return out, errors.Join(errs...)
}

// Requests are a lab's requests, sorted by name, with the variables in their
// headers replaced.
func (e *Engine) Requests(ctx context.Context, lab *labs.Lab) ([]labs.Request, error) {
	vars := e.variables(lab)
	var out []labs.Request
	for _, r := range lab.Requests {
		headers := map[string]any{}
		for k, v := range r.Headers {
			headers[k] = v
		}
		if err := vars.expand(ctx, headers); err != nil {
			return nil, fmt.Errorf("request %s: %w", r.Name, err)
		}
		if r.Headers = nil; len(headers) > 0 {
			r.Headers = map[string]string{}
			for k, v := range headers {
				r.Headers[k], _ = v.(string)
			}
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b labs.Request) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}
