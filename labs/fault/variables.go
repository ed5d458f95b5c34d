package fault

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
)

// addressWithin bounds the wait for a Service's address.
const addressWithin = 60 * time.Second

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

// GatewayAddress is the address that a lab's requests enter by.
func (e *Engine) GatewayAddress(ctx context.Context, lab *labs.Lab) (string, error) {
	return e.Address(ctx, gatewayOf(lab))
}

// Address waits for the load balancer's address of a Service (ns/name).
func (e *Engine) Address(ctx context.Context, service string) (string, error) {
	ns, name, _ := strings.Cut(service, "/")
	r, err := e.resourceNamed(labs.Object{Kind: "Service", Namespace: ns})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, addressWithin)
	defer cancel()
	address := ""
	err = e.until(ctx, "the address of Service "+service, func() (bool, error) {
		o, err := r.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return false, nil // it may still be made
		}
		if err != nil {
			return false, fmt.Errorf("look at Service %s: %w", service, err)
		}
		list, _, _ := unstructured.NestedSlice(o.Object, "status", "loadBalancer", "ingress")
		for _, i := range list {
			if i, ok := i.(map[string]any); ok {
				address, _ = i["ip"].(string)
			}
		}
		return address != "", nil
	})
	if err != nil {
		return "", fmt.Errorf("find the gateway: %w", err)
	}
	return address, nil
}
