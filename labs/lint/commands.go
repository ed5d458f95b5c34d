package lint

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
)

// The gateway's address is not to be reached from everywhere: curl is led
// there by name, other clients by $GATEWAY_80 and $GATEWAY_443.
var direct = regexp.MustCompile(`\$\{?GATEWAY_IP\}?:\d`)

const notDirect = "it needs a way to the gateway's address: say $GATEWAY_443, or curl --resolve"

var (
	fetches = regexp.MustCompile(`kubectl get (gateway|httproute|virtualservice|secret|destinationrule)[a-z0-9.]* [a-z0-9]`)
	points  = regexp.MustCompile(`(?i)grep '?[^-|]*(conflict|error|reject|mismatch)|--sort-by`)
)

// commands looks at what learners are shown to look with.
func (n *linter) commands() {
	there := n.there()
	n.operations(there)
	n.requests(there)
	for _, step := range labs.Steps() {
		s := n.lab.Steps[step]
		for i, look := range s.Look {
			complain := func(format string, a ...any) {
				n.complain(s.Place("look", i), look, "step "+string(step)+": "+format, a...)
			}
			if s.Finding != nil && s.Finding.Accept == labs.AcceptObject && fetches.MatchString(look) && !strings.Contains(look, "credentialName") {
				complain("the command names the object that is asked for")
			}
			if points.MatchString(look) {
				complain("the command points at the cause")
			}
			if direct.MatchString(look) {
				complain(notDirect)
			}
			objects, err := named(look)
			if err != nil {
				complain("%v", err)
			}
			for _, o := range objects {
				if words := there.lacks(o); words != "" {
					complain("%s", words)
				}
			}
			for _, host := range hosts(look) {
				if !there.host(host) {
					complain("no manifest, request or record of the lab has the host %s", host)
				}
			}
		}
	}
}

// operations looks at what the lab's changes name.
func (n *linter) operations(there there) {
	for _, c := range n.lab.Changes() {
		for _, op := range c.Ops {
			o := op.Delete
			switch {
			case op.Patch != nil:
				o = &op.Patch.Object
			case op.Recreate != nil:
				o = op.Recreate
			case op.Restart != nil:
				o = op.Restart
			case op.Wait != nil:
				o = &op.Wait.Object
			}
			if o == nil {
				continue
			}
			named := name{Kind: strings.ToLower(o.Kind), Namespace: o.Namespace, Name: o.Name}
			if named.Kind == "namespace" {
				named = name{Namespace: o.Name}
			}
			if words := there.lacks(named); words != "" {
				n.complain(op.Pos, o.String(), "the operation is on nothing: %s", words)
			}
		}
	}
}

// requests looks at who asks, who ought to answer, and by which way.
func (n *linter) requests(there there) {
	for _, key := range slices.Sorted(maps.Keys(n.lab.Requests)) {
		r := n.lab.Requests[key]
		to, _, _ := strings.Cut(r.To, "#")
		for what, text := range map[string]string{"from": r.From, "to": to, "via": r.Via, "gateway": r.Gateway} {
			parts := strings.Split(text, "/")
			if len(parts) < 2 || parts[0] == "outside" {
				continue
			}
			if words := there.lacks(name{Namespace: parts[0], Name: parts[len(parts)-1]}); words != "" {
				n.complain(n.lab.Place("requests."+key), text, "request %s, %s: %s", key, what, words)
			}
		}
	}
}

// there are the objects that there are, by namespace and name, with their
// kinds: the lab's, the world's, what the mesh has, and what controllers make.
// Of a name without a kind nobody knows what it is of.
type there struct {
	kinds map[string]map[string][]string
	texts string // all that names hosts
}

func (t there) add(namespace, name string, kinds ...string) {
	if t.kinds[namespace] == nil {
		t.kinds[namespace] = map[string][]string{}
	}
	if name != "" {
		t.kinds[namespace][name] = append(t.kinds[namespace][name], kinds...)
	}
}

// there collects them. What an operation names makes nothing.
func (n *linter) there() there {
	t := there{kinds: map[string]map[string][]string{}}
	t.add("kube-system", "")
	for _, name := range []string{"istiod", "istio-ingressgateway", "istio-egressgateway", "istio"} {
		t.add("istio-system", name, "")
	}
	t.add("default", "kubernetes", "service")
	for _, c := range append(n.lab.Changes(), n.around.World.Change) {
		for _, m := range c.Manifests() {
			t.made(m)
		}
		for _, op := range c.Ops {
			if op.Certificate != nil {
				t.secret(*op.Certificate)
			}
		}
	}
	for _, c := range slices.Concat(n.lab.Certificates, n.around.World.Certificates) {
		t.secret(c)
	}
	text, err := json.Marshal([]any{n.lab.Changes(), n.lab.Requests, n.lab.DNS, n.lab.Certificates, n.lab.Outside, n.around.World.Change})
	if err != nil {
		n.complain(n.lab.Pos, "", "the lab cannot be written as text: %v", err)
	}
	t.texts = string(text)
	return t
}

func (t there) made(m labs.Manifest) {
	o := m.Ref()
	if o.Kind == "Namespace" {
		t.add(o.Name, "kube-root-ca.crt", "configmap")
		t.add(o.Name, "istio-ca-root-cert", "configmap")
		return
	}
	t.add(o.Namespace, o.Name, strings.ToLower(o.Kind))
	if spec, _ := m.Object["spec"].(map[string]any); o.Kind == "Gateway" && spec["gatewayClassName"] != nil {
		t.add(o.Namespace, o.Name, "deployment", "service") // of a waypoint
		t.add(o.Namespace, o.Name+"-istio", "deployment", "service")
	}
}

func (t there) secret(c labs.Certificate) {
	if namespace, name, ok := strings.Cut(c.Secret, "/"); ok {
		t.add(namespace, name, "secret")
	}
}

// lacks says what is missing of what a command names.
func (t there) lacks(o name) string {
	names, ok := t.kinds[o.Namespace]
	switch kinds, found := names[o.Name]; {
	case !ok:
		return "no manifest makes the namespace " + o.Namespace
	case o.Name == "" || found && (o.Kind == "" || !check.IsKind(o.Kind) || slices.Contains(kinds, "") || slices.Contains(kinds, o.Kind)):
		return ""
	case o.Kind == "":
		return "no manifest makes " + o.Name + " in " + o.Namespace
	default:
		return "no manifest makes the " + o.Kind + " " + o.Name + " in " + o.Namespace
	}
}

// host says whether somebody has a host: part of what the lab holds, or a
// Service by its first name. With its namespace it is an object that is named.
func (t there) host(host string) bool {
	for _, names := range t.kinds {
		if _, found := names[host]; found {
			return true
		}
	}
	return word(t.texts, host) || service.MatchString(host)
}
