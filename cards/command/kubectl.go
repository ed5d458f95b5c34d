package command

import (
	"slices"
	"strings"
)

// kubectl is how kubectl reads its words; some letters depend on the verb.
func kubectl(words []string) grammar {
	g := grammar{
		style: pflag,
		short: map[string]string{
			"A": "all-namespaces", "L": "label-columns", "R": "recursive", "c": "container", "f": "filename", "h": "help",
			"i": "stdin", "k": "kustomize", "l": "selector", "n": "namespace", "o": "output", "q": "quiet", "s": "server",
			"t": "tty", "w": "watch", "p": "patch",
		},
		bare: []string{
			"all", "all-containers", "all-namespaces", "all-pods", "allow-missing-template-keys", "attach", "command", "containers",
			"disable-compression", "expose", "follow", "force", "force-conflicts", "help", "ignore-errors", "ignore-not-found",
			"insecure-skip-tls-verify", "leave-stdin-open", "list", "local", "match-server-version", "minify", "no-headers", "now",
			"openapi-patch", "output-watch-events", "overwrite", "prefix", "previous", "privileged", "prune", "quiet", "raw", "record",
			"recursive", "replace", "rm", "save-config", "server-print", "server-side", "share-processes", "show-events", "show-kind",
			"show-labels", "show-managed-fields", "stdin", "sum", "timestamps", "tty", "wait", "warnings-as-errors", "watch", "watch-only",
		},
	}
	verb := verbOf(g, words)
	switch verb {
	case "logs":
		g.short["f"], g.short["p"] = "follow", "previous"
	case "run", "expose":
		g.short["l"] = "labels"
	case "get": // there --raw has a path
		g.bare = slices.DeleteFunc(g.bare, func(b string) bool { return b == "raw" })
	}
	g.words = func(places []item) []item { return objects(verb, places) }
	return g
}

// verbOf is the first word that is no flag and no value of one.
func verbOf(g grammar, words []string) string {
	for i := 0; i < len(words); {
		_, n := g.flags(words[i:])
		if n == 0 {
			return words[i]
		}
		i += n
	}
	return ""
}

// objects gives the objects in the words of a call one name each: "svc web",
// "services/web" and "service web" are one.
func objects(verb string, places []item) []item {
	switch verb {
	case "get", "describe", "delete", "edit", "label", "annotate", "patch", "wait", "scale":
		return typed(places, 1)
	case "rollout":
		return typed(places, 2)
	case "logs", "exec", "port-forward", "cp", "debug", "attach":
		if len(places) > 1 {
			places[1].key = strings.TrimPrefix(object(places[1].key), "pods/")
		}
	case "top", "explain":
		if len(places) > 1 {
			places[1].key = kind(places[1].key)
		}
	}
	return places
}

// typed reads "TYPE NAME…" or "TYPE/NAME…" from a place on.
func typed(places []item, at int) []item {
	if len(places) <= at {
		return places
	}
	if strings.Contains(places[at].key, "/") {
		for i := at; i < len(places); i++ {
			places[i].key = object(places[i].key)
		}
		return places
	}
	var kinds []string
	for k := range strings.SplitSeq(places[at].key, ",") {
		kinds = append(kinds, kind(k))
	}
	slices.Sort(kinds)
	first := places[at]
	first.key = strings.Join(kinds, ",")
	if len(places) == at+1 || strings.ContainsAny(places[at+1].key, "=") {
		places[at] = first
		return places
	}
	out := slices.Clone(places[:at])
	for i, p := range places[at+1:] {
		text := p.text
		if i == 0 {
			text = first.text + " " + p.text
		}
		key := first.key + "/" + p.key
		if strings.ContainsAny(p.key, "=") { // a label, after the names
			key, text = p.key, p.text
		}
		out = append(out, item{key: key, text: text})
	}
	return out
}

// object is "TYPE/NAME" with the type's own name.
func object(s string) string {
	k, name, ok := strings.Cut(s, "/")
	if !ok {
		return s
	}
	return kind(k) + "/" + name
}

// kind is the name that a kind of objects has in lists. One with its group is
// the same kind, but for gateways, which there are two of.
func kind(s string) string {
	s = strings.ToLower(s)
	name, group, _ := strings.Cut(s, ".")
	for _, k := range kinds() {
		if slices.Contains(strings.Fields(k), name) {
			name, _, _ = strings.Cut(k, " ")
			break
		}
	}
	if group != "" && name == "gateways" {
		return name + "." + group
	}
	return name
}

// kinds has the names of each kind, the one of lists first.
func kinds() []string {
	return []string{
		"pods pod po", "services service svc", "deployments deployment deploy", "replicasets replicaset rs",
		"statefulsets statefulset sts", "daemonsets daemonset ds", "jobs job", "cronjobs cronjob cj", "namespaces namespace ns",
		"nodes node no", "endpoints endpoint ep", "endpointslices endpointslice", "configmaps configmap cm", "secrets secret",
		"serviceaccounts serviceaccount sa", "events event ev", "ingresses ingress ing", "networkpolicies networkpolicy netpol",
		"persistentvolumeclaims persistentvolumeclaim pvc", "horizontalpodautoscalers horizontalpodautoscaler hpa",
		"customresourcedefinitions customresourcedefinition crd crds",
		"mutatingwebhookconfigurations mutatingwebhookconfiguration", "validatingwebhookconfigurations validatingwebhookconfiguration",
		"virtualservices virtualservice vs", "destinationrules destinationrule dr", "serviceentries serviceentry se",
		"workloadentries workloadentry we", "workloadgroups workloadgroup wg", "sidecars sidecar", "envoyfilters envoyfilter",
		"authorizationpolicies authorizationpolicy ap", "peerauthentications peerauthentication pa",
		"requestauthentications requestauthentication ra", "telemetries telemetry", "wasmplugins wasmplugin", "proxyconfigs proxyconfig",
		"gateways.networking.istio.io gw", "gateways.gateway.networking.k8s.io gtw", "gateways gateway", "gatewayclasses gatewayclass gc",
		"httproutes httproute", "grpcroutes grpcroute", "tlsroutes tlsroute", "tcproutes tcproute",
		"referencegrants referencegrant refgrant", "backendtlspolicies backendtlspolicy btlspolicy",
	}
}
