package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/gatedrill/gatedrill/labs"
)

// Truth is the true answer to a finding, with the way answers are compared
// with it.
type Truth struct {
	accept labs.Accept
	values []string
}

// String is the truth in the form the learner would type it.
func (t Truth) String() string { return strings.Join(t.values, ", ") }

// Example is an answer that is right.
func (t Truth) Example() string {
	switch {
	case len(t.values) == 0:
		return ""
	case t.accept == labs.AcceptSet:
		return t.String()
	}
	return t.values[0]
}

// Accepts says whether an answer is right. An empty one never is.
func (t Truth) Accepts(answer string) bool {
	if strings.TrimSpace(answer) == "" {
		return false
	}
	if t.accept == labs.AcceptSet {
		want, got := sorted(t.values, text), sorted(strings.FieldsFunc(answer, separates), text)
		return len(want) > 0 && slices.Equal(want, got)
	}
	form := formOf(t.accept)
	got := form(answer)
	return got != "" && slices.ContainsFunc(t.values, func(v string) bool { return form(v) == got })
}

// Agrees says whether the truth is what an author wrote out. Of a list of
// right answers each that is written must be one; a set must be whole.
func (t Truth) Agrees(is labs.Literals) bool {
	if t.accept == labs.AcceptSet {
		return t.Accepts(strings.Join(is, ","))
	}
	for _, v := range is {
		if !t.Accepts(v) {
			return false
		}
	}
	return len(is) > 0
}

func separates(r rune) bool {
	return r == ',' || r == ' ' || r == ';' || r == '\n' || r == '[' || r == ']'
}

func sorted(list []string, form func(string) string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if f := form(s); f != "" {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// formOf brings both sides into one form; "" is not an answer of the kind.
func formOf(a labs.Accept) func(string) string {
	switch a {
	case labs.AcceptFlag:
		return flag
	case labs.AcceptObject:
		return object
	case labs.AcceptNumber:
		return number
	case labs.AcceptBoolean:
		return boolean
	case labs.AcceptHost:
		return host
	case labs.AcceptSerial:
		return serial
	case labs.AcceptText, labs.AcceptSet:
	}
	return text
}

func text(s string) string {
	return strings.Trim(strings.ToLower(strings.Join(strings.Fields(s), " ")), "\"'`. ")
}

// flag orders response flags; none of them is "-". The log has the status code
// before them, and people copy both: "404 NR".
func flag(s string) string {
	words := strings.FieldsFunc(strings.ToUpper(s), separates)
	if len(words) > 1 && statusCode(words[0]) {
		words = words[1:]
	}
	list := sorted(words, func(f string) string { return strings.Trim(f, "\"'`.") })
	if len(list) == 0 || slices.Equal(list, []string{"NONE"}) || slices.Equal(list, []string{"NO", "FLAG"}) {
		return "-"
	}
	return strings.Join(list, ",")
}

// statusCode says whether a word is an HTTP status, or the 0 that stands in
// the log where no answer was sent.
func statusCode(word string) bool {
	n, err := strconv.Atoi(word)
	return err == nil && (n == 0 || n >= 100 && n < 600)
}

// number keeps the value: "404", "404.0", "1 endpoint", ":8443".
func number(s string) string {
	f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(s), ":"))
	if len(f) == 0 {
		return ""
	}
	n, err := strconv.ParseFloat(strings.TrimRight(f[0], "%.,"), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func boolean(s string) string {
	switch text(s) {
	case "yes", "y", "true", "healthy", "ok", "1":
		return "yes"
	case "no", "n", "false", "unhealthy", "not", "0":
		return "no"
	}
	return ""
}

func host(s string) string {
	s = text(s)
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	if h, port, ok := strings.Cut(s, ":"); ok && !strings.Contains(port, ":") {
		s = h
	}
	return strings.TrimSuffix(s, ".")
}

func serial(s string) string {
	s = strings.TrimPrefix(strings.NewReplacer(":", "", " ", "", "serial=", "").Replace(strings.ToLower(s)), "0x")
	return strings.TrimLeft(s, "0")
}

// object reads the ways people write one: "VirtualService shop/shop",
// "vs/shop.shop", "virtualservice shop -n shop", "vs shop.shop".
func object(s string) string {
	f := strings.Fields(strings.Trim(strings.ToLower(s), "\"'`. "))
	ns := ""
	if i := slices.IndexFunc(f, func(w string) bool { return w == "-n" || w == "--namespace" }); i >= 0 && i+1 < len(f) {
		ns = f[i+1]
		f = slices.Delete(f, i, i+2)
	}
	parts := strings.FieldsFunc(strings.Join(f, "/"), func(r rune) bool { return r == '/' })
	var kind, name string
	switch len(parts) {
	case 3: // kind ns/name
		kind, ns, name = parts[0], parts[1], parts[2]
	case 2: // kind name, kind name.ns
		kind, name = parts[0], parts[1]
		if n, rest, ok := strings.Cut(name, "."); ok && ns == "" {
			name, ns = n, rest
		}
	default:
		return ""
	}
	return Kind(kind) + " " + ns + "/" + name
}

// Kind maps plurals, short names and kinds with a group to the kind, in small
// letters.
func Kind(k string) string {
	k, _, _ = strings.Cut(k, ".")
	for kind, others := range kinds() {
		if slices.Contains(others, k) {
			return kind
		}
	}
	return k
}

// IsKind says whether a word is one of the kinds that gateways are made of.
func IsKind(word string) bool {
	_, known := kinds()[Kind(word)]
	return known
}

// kinds are the kinds, with their plurals and short names.
func kinds() map[string][]string {
	return map[string][]string{
		"virtualservice": {"vs", "virtualservices"}, "destinationrule": {"dr", "destinationrules"},
		"gateway": {"gw", "gateways", "gtw"}, "service": {"svc", "services"}, "secret": {"secrets"},
		"serviceentry": {"se", "serviceentries"}, "httproute": {"httproutes"}, "deployment": {"deploy", "deployments"},
		"configmap": {"cm", "configmaps"}, "peerauthentication": {"pa", "peerauthentications"},
		"authorizationpolicy": {"ap", "authorizationpolicies"}, "requestauthentication": {"ra", "requestauthentications"},
		"referencegrant": {"refgrant", "referencegrants"}, "pod": {"po", "pods"}, "namespace": {"ns", "namespaces"},
		"endpointslice": {"endpointslices"}, "tlsroute": {"tlsroutes"}, "tcproute": {"tcproutes"}, "sidecar": {"sidecars"},
	}
}

// answers turns a truth into answers: a list gives one for each element.
func answers(v ref.Val) ([]string, error) {
	if l, ok := v.(traits.Lister); ok {
		var out []string
		for it := l.Iterator(); it.HasNext() == types.True; {
			one, err := answers(it.Next())
			if err != nil {
				return nil, err
			}
			out = append(out, one...)
		}
		return out, nil
	}
	switch v := v.(type) {
	case types.String, types.Int, types.Uint, types.Double, types.Bool:
		return []string{fmt.Sprint(v.Value())}, nil
	}
	return nil, fmt.Errorf("the truth is a %s, not text, a number, true or false, or a list of them", v.Type())
}
