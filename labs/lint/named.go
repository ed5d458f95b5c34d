package lint

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
)

// A name is what a command names: an object by kind and name, where the kind
// is said, or no more than a namespace.
type name struct {
	Kind, Namespace, Name string
}

var (
	service = regexp.MustCompile(`([a-z0-9-]+)\.(` + labs.NamespacePrefix + `[a-z0-9-]+|istio-system)(\.svc(\.cluster\.local)?)?([^a-z0-9.-]|\.[^a-z0-9]|\.?$)`)
	home    = regexp.MustCompile(`(^|[^a-z0-9.-])(` + labs.NamespacePrefix + `[a-z0-9-]+)`)
	url     = regexp.MustCompile(`https?://(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)([:/'" ?]|$)`)
)

// named lists what a command names. What is known only when it runs is left
// out.
func named(command string) ([]name, error) {
	commands, err := commandsOf(command)
	if err != nil {
		return nil, err
	}
	var out []name
	for _, m := range service.FindAllStringSubmatch(command, -1) {
		out = append(out, name{Namespace: m[2], Name: m[1]})
	}
	for _, m := range home.FindAllStringSubmatch(command, -1) {
		out = append(out, name{Namespace: m[2]})
	}
	for _, words := range commands {
		if i := slices.IndexFunc(words, func(w string) bool { return w == "kubectl" || w == "istioctl" }); i >= 0 {
			out = append(out, inCommand(words[i:])...)
		}
	}
	return slices.DeleteFunc(out, func(n name) bool {
		said := func(o name) bool {
			return n.Kind == "" && o.Kind != "" && o.Namespace == n.Namespace && o.Name == n.Name
		}
		return strings.ContainsAny(n.Kind+n.Namespace+n.Name, "$<>*{}=") || slices.ContainsFunc(out, said)
	}), nil
}

// hosts lists those of a command's URLs, addresses left out.
func hosts(command string) []string {
	var out []string
	for _, m := range url.FindAllStringSubmatch(command, -1) {
		if _, err := netip.ParseAddr(strings.Trim(m[1], "[]")); err != nil && m[1] != "localhost" {
			out = append(out, m[1])
		}
	}
	return out
}

// takes are the flags that have their value in the next word.
func takes(flag string) bool {
	return slices.Contains([]string{"-o", "--output", "-l", "--selector", "-c", "--container", "--field-selector", "--cluster", "--name", "--port", "--fqdn", "--tail", "--since",
		"--address", "--type", "--subset", "--direction", "--sort-by", "--for", "--timeout", "-f", "-p", "--patch", "--context", "--kubeconfig", "--raw", "-r", "-d", "--level"}, flag)
}

// inCommand reads one command of kubectl or istioctl.
func inCommand(words []string) []name {
	if end := slices.Index(words, "--"); end > 0 {
		words = words[:end] // what runs in a workload
	}
	namespace := ""
	var plain []string
	for i := 1; i < len(words); i++ {
		flag, value, joined := strings.Cut(words[i], "=")
		short, isShort := strings.CutPrefix(words[i], "-n")
		switch {
		case flag == "-n" || flag == "--namespace":
			if !joined && i+1 < len(words) {
				i++
				value = words[i]
			}
			namespace = value
		case isShort:
			namespace = short
		case flag == "-A" || flag == "--all-namespaces":
			return nil
		case strings.HasPrefix(flag, "-"):
			if !joined && takes(flag) && !(flag == "-f" && slices.Contains(words[:i], "logs")) {
				i++
			}
		default:
			plain = append(plain, words[i])
		}
	}
	return places(objects(words[0] == "istioctl", plain), namespace)
}

// places says in which namespace the objects are.
func places(list []name, namespace string) []name {
	var out []name
	if namespace != "" {
		out = append(out, name{Namespace: namespace})
	}
	for _, n := range list {
		switch {
		case n.Kind == "namespace":
			n = name{Namespace: n.Name}
		case slices.Contains([]string{"node", "nodes", "crd", "gatewayclass", "gatewayclasses", "clusterrole", "clusterrolebinding", "mutatingwebhookconfiguration", "validatingwebhookconfiguration", "apiservice"}, n.Kind):
			continue // in no namespace
		case n.Namespace != "": // of the name itself
		case namespace == "":
			n.Namespace = "default"
		default:
			n.Namespace = namespace
		}
		out = append(out, n)
	}
	return out
}

// objects reads the words of a command that are no flags.
func objects(istioctl bool, plain []string) []name {
	if len(plain) < 2 {
		return nil
	}
	verb, rest := plain[0], plain[1:]
	switch {
	case istioctl && slices.Contains([]string{"x", "experimental"}, verb):
		return objects(istioctl, rest) // describe pod NAME, authz check POD
	case istioctl && verb == "describe" && len(rest) > 1:
		return []name{dotted(name{Kind: check.Kind(rest[0]), Name: rest[1]})}
	case istioctl && slices.Contains([]string{"proxy-config", "pc", "authz"}, verb):
		return pods(rest[1:], true)
	case istioctl && slices.Contains([]string{"proxy-status", "ps"}, verb):
		return pods(rest, true)
	case istioctl:
		return nil
	case slices.Contains([]string{"logs", "exec", "port-forward", "attach"}, verb):
		return pods(rest[:1], false)
	case verb == "rollout":
		rest = rest[1:]
	case !slices.Contains([]string{"get", "describe", "edit", "delete", "wait", "top", "label", "annotate", "patch", "scale"}, verb):
		return nil
	}
	return ofKind(rest)
}

// pods reads workloads: a pod's name, or kind/name; with istioctl the
// namespace may stand behind a dot.
func pods(list []string, dot bool) []name {
	var out []name
	for _, w := range list {
		n := name{Kind: "pod", Name: w}
		if kind, rest, found := strings.Cut(w, "/"); found {
			n = name{Kind: check.Kind(kind), Name: rest}
		}
		if dot {
			n = dotted(n)
		}
		out = append(out, n)
	}
	return out
}

func dotted(n name) name {
	if front, namespace, found := strings.Cut(n.Name, "."); found {
		n.Name, n.Namespace = front, namespace
	}
	return n
}

// ofKind reads KIND NAME…, or KIND/NAME….
func ofKind(words []string) []name {
	var out []name
	for i, w := range words {
		kind, n, slash := strings.Cut(w, "/")
		switch {
		case slash:
			out = append(out, name{Kind: check.Kind(kind), Name: n})
		case i > 0 && !strings.ContainsAny(words[0], "/,") && !strings.HasSuffix(w, "-"):
			out = append(out, name{Kind: check.Kind(words[0]), Name: w})
		}
	}
	return out
}
