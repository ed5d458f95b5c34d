package command

import (
	"slices"
	"strings"
)

// istioctl is how istioctl reads its words; one letter depends on the command.
func istioctl(words []string) grammar {
	g := grammar{
		style: pflag,
		short: map[string]string{
			"A": "all-namespaces", "L": "list-analyzers", "R": "recursive", "S": "suppress", "c": "kubeconfig", "f": "file", "h": "help",
			"i": "istioNamespace", "k": "use-kube", "l": "selector", "n": "namespace", "o": "output", "r": "revision", "v": "verbose",
		},
		bare: []string{
			"all-namespaces", "color", "dry-run", "full-secrets", "help", "ignore-unknown", "ignoreUnmeshed", "insecure", "list-analyzers",
			"plaintext", "recursive", "remote", "reset", "short", "skip-analyze", "skip-cluster-dump", "skip-coredumps", "skip-netstat",
			"skip-proxy-debug", "use-kube", "verbose", "wait", "with-headers",
		},
		words: commands,
	}
	if slices.Contains(words, "log") || slices.Contains(words, "o") {
		g.short["r"] = "reset"
	}
	return g
}

// commands gives commands and workloads of istioctl one name each.
func commands(places []item) []item {
	at := 0
	next := func(names ...string) {
		if at < len(places) {
			places[at].key = called(places[at].key, names)
			at++
		}
	}
	next("proxy-config pc", "proxy-status ps", "experimental x exp", "ztunnel-config zc", "dashboard dash d")
	if len(places) == 0 {
		return places
	}
	command := places[0].key
	if command == "experimental" {
		next("describe des", "metrics m", "authz", "check-inject")
		if at > 1 && places[1].key == "describe" {
			next("pod po", "service svc")
		}
	}
	switch command {
	case "proxy-config":
		next("cluster clusters c", "listener listeners l", "route routes r", "endpoint endpoints ep", "bootstrap b", "log o",
			"secret secrets s", "all a", "ecds ec", "eds es", "rootca-compare rc")
	case "ztunnel-config":
		next("workload workloads w", "service services s svc", "policy policies p pol", "certificate certificates certs cert", "connections cons", "log o", "all")
	}
	for i := at; i < len(places); i++ {
		places[i].key = strings.TrimPrefix(object(places[i].key), "pods/")
	}
	return places
}

// called is the first of the names of which one is given, or that itself.
func called(name string, of []string) string {
	for _, names := range of {
		all := strings.Fields(names)
		if slices.Contains(all, name) {
			return all[0]
		}
	}
	return name
}
