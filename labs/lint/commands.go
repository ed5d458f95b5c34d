package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// The gateway's address is not to be reached from everywhere: curl is led
// there by name, other clients by $GATEWAY_80 and $GATEWAY_443.
var direct = regexp.MustCompile(`\$\{?GATEWAY_IP\}?:\d`)

const notDirect = "it needs a way to the gateway's address: say $GATEWAY_443, or curl --resolve"

var (
	fetches = regexp.MustCompile(`kubectl get (gateway|httproute|virtualservice|secret|destinationrule)[a-z0-9.]* [a-z0-9]`)
	points  = regexp.MustCompile(`(?i)grep '?[^-|]*(conflict|error|reject|mismatch)|--sort-by`)
	service = regexp.MustCompile(`([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local`)
	pieces  = regexp.MustCompile(`\|\||&&|[|;()]|\$\(`)
	quoted  = regexp.MustCompile(`'[^']*[\s|;(][^']*'|"[^"]*[\s|;(][^"]*"`)
)

// commands looks at what learners are shown to look with.
func (n *linter) commands() {
	known := n.known()
	for _, step := range labs.Steps() {
		s := n.lab.Steps[step]
		for _, look := range s.Look {
			if s.Finding != nil && s.Finding.Accept == labs.AcceptObject && fetches.MatchString(look) && !strings.Contains(look, "credentialName") {
				n.complain(s.Pos, look, "step %s: the command names the object that is asked for", step)
			}
			if points.MatchString(look) {
				n.complain(s.Pos, look, "step %s: the command points at the cause", step)
			}
			if direct.MatchString(look) {
				n.complain(s.Pos, look, "step %s: %s", step, notDirect)
			}
			for _, o := range named(look) {
				names, ok := known[o.Namespace]
				switch {
				case !ok:
					n.complain(s.Pos, look, "step %s: no manifest makes the namespace %s", step, o.Namespace)
				case o.Name != "" && !slices.Contains(names, o.Name):
					n.complain(s.Pos, look, "step %s: no manifest makes %s in %s", step, o.Name, o.Namespace)
				}
			}
		}
	}
}

// known are the names of objects that there are, by namespace: the lab's, the
// world's, what the mesh has, and what controllers make of a Gateway.
func (n *linter) known() map[string][]string {
	known := map[string][]string{
		"istio-system": {"istiod", "istio-ingressgateway", "istio-egressgateway", "istio"},
		"kube-system":  nil, "default": {"kubernetes"},
	}
	add := func(o labs.Object) { known[o.Namespace] = append(known[o.Namespace], o.Name) }
	for _, c := range append(n.lab.Changes(), n.around.World.Change) {
		for _, m := range c.Manifests() {
			o := m.Ref()
			if o.Kind == "Namespace" {
				known[o.Name] = append(known[o.Name], "kube-root-ca.crt")
				continue
			}
			add(o)
			if spec, _ := m.Object["spec"].(map[string]any); o.Kind == "Gateway" && spec["gatewayClassName"] != nil {
				add(labs.Object{Namespace: o.Namespace, Name: o.Name + "-istio"})
			}
		}
		for _, o := range c.Writes() {
			add(o)
		}
	}
	for _, o := range n.lab.Beyond(nil) { // Secrets of certificates too
		add(o)
	}
	return known
}

// named lists the namespaces, and the objects in them, that a command names.
// What is only known when it runs is left out.
func named(command string) []labs.Object {
	var out []labs.Object
	for _, m := range service.FindAllStringSubmatch(command, -1) {
		out = append(out, labs.Object{Namespace: m[2], Name: m[1]})
	}
	command = quoted.ReplaceAllString(command, "*") // no name of anything
	for _, part := range pieces.Split(command, -1) {
		out = append(out, inPart(strings.Fields(strings.NewReplacer(`"`, "", "'", "").Replace(part)))...)
	}
	return slices.DeleteFunc(out, func(o labs.Object) bool { return strings.ContainsAny(o.Namespace+o.Name, "${}*<>=") })
}

// inPart reads one command: its namespace, and what it names as kind/name, or
// behind `get KIND`.
func inPart(words []string) []labs.Object {
	if len(words) == 0 || words[0] != "kubectl" && words[0] != "istioctl" {
		return nil
	}
	if end := slices.Index(words, "--"); end > 0 {
		words = words[:end] // what runs in a workload
	}
	namespace, get := "", -1
	var names []string
	for i := 1; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "-n" || w == "--namespace":
			if i+1 < len(words) {
				namespace = words[i+1]
			}
			i++
		case w == "-A" || w == "--all-namespaces":
			return nil
		case slices.Contains([]string{"-o", "-l", "-c", "--field-selector", "--cluster", "--name", "--port", "--fqdn", "--tail"}, w):
			i++
		case strings.HasPrefix(w, "-"):
		case w == "get" && get < 0:
			get = i
		case get == i-1: // the kind, or kind/name
			names = append(names, behindSlash(w)...)
		case get > 0 && !strings.Contains(w, "/"):
			names = append(names, w)
		case strings.Contains(w, "/"):
			names = append(names, behindSlash(w)...)
		}
	}
	if namespace == "" {
		return nil
	}
	out := []labs.Object{{Namespace: namespace}}
	for _, name := range names {
		out = append(out, labs.Object{Namespace: namespace, Name: name})
	}
	return out
}

func behindSlash(w string) []string {
	if _, name, found := strings.Cut(w, "/"); found && !strings.ContainsAny(name, "/:.") {
		return []string{name}
	}
	return nil
}
