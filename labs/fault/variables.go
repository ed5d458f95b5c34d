package fault

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gatedrill/gatedrill/labs"
)

var variable = regexp.MustCompile(`\$\{(GATEWAY_IP|(?:ADDRESS|CA|JWKS|TOKEN):[^}]+)\}`)

// variables replaces ${GATEWAY_IP}, ${ADDRESS:ns/service}, ${CA:name}, the
// certificate of a CA as PEM, ${JWKS:name}, the key set of a signer of tokens,
// and ${TOKEN:name} in manifests and headers.
type variables struct {
	engine   *Engine
	gateway  string // ns/service that GATEWAY_IP means
	tokens   []labs.Token
	resolver bool // workloads ask the engine's resolver

	mu    sync.Mutex
	known map[string]string
}

func gatewayOf(lab *labs.Lab) string {
	if lab.Gateway != "" {
		return lab.Gateway
	}
	return labs.DefaultGateway
}

// variables are those that a lab may use.
func (e *Engine) variables(lab *labs.Lab) *variables {
	return &variables{
		engine: e, gateway: gatewayOf(lab), tokens: lab.Tokens,
		resolver: e.resolver.Name != "" && slices.Contains(lab.Requires, string(labs.CapabilityNames)),
	}
}

// hasVariable says whether any string below v holds a variable.
func hasVariable(v any) bool {
	switch v := v.(type) {
	case string:
		return variable.MatchString(v)
	case map[string]any:
		for _, x := range v {
			if hasVariable(x) {
				return true
			}
		}
	case []any:
		for _, x := range v {
			if hasVariable(x) {
				return true
			}
		}
	}
	return false
}

// expand replaces variables in all strings below v, in place.
func (vs *variables) expand(ctx context.Context, v any) error {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if err := vs.expandInto(ctx, x, func(s string) { v[k] = s }); err != nil {
				return err
			}
		}
	case []any:
		for i, x := range v {
			if err := vs.expandInto(ctx, x, func(s string) { v[i] = s }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (vs *variables) expandInto(ctx context.Context, v any, set func(string)) error {
	text, ok := v.(string)
	if !ok {
		return vs.expand(ctx, v)
	}
	var failed error
	out := variable.ReplaceAllStringFunc(text, func(m string) string {
		value, err := vs.value(ctx, strings.TrimSuffix(strings.TrimPrefix(m, "${"), "}"))
		if err != nil {
			failed = err
		}
		return value
	})
	if failed == nil && out != text {
		set(out)
	}
	return failed
}

func (vs *variables) value(ctx context.Context, name string) (string, error) {
	if ca, ok := strings.CutPrefix(name, "CA:"); ok {
		authority, err := vs.engine.authority(ctx, ca)
		if err != nil {
			return "", err
		}
		return string(authority.Root()), nil
	}
	if key, ok := strings.CutPrefix(name, "JWKS:"); ok {
		return vs.engine.keySet(ctx, key)
	}
	if token, ok := strings.CutPrefix(name, "TOKEN:"); ok {
		i := slices.IndexFunc(vs.tokens, func(t labs.Token) bool { return t.Name == token })
		if i < 0 {
			return "", fmt.Errorf("no token is called %q", token)
		}
		return vs.engine.token(ctx, vs.tokens[i])
	}
	if service, ok := strings.CutPrefix(name, "ADDRESS:"); ok {
		return vs.address(ctx, service)
	}
	return vs.address(ctx, vs.gateway)
}

func (vs *variables) address(ctx context.Context, service string) (string, error) {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	if a, ok := vs.known[service]; ok {
		return a, nil
	}
	a, err := vs.engine.Address(ctx, service)
	if err != nil {
		return "", err
	}
	if vs.known == nil {
		vs.known = map[string]string{}
	}
	vs.known[service] = a
	return a, nil
}
