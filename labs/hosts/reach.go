package hosts

import (
	"strings"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// reach is a path and method that a rule of the route takes, so that the host
// is not called broken for a path that nobody serves: those of the first rule
// that asks for nothing else.
func reach(route snapshot.Object) (path, method string) {
	var found string
	switch route.Kind() {
	case "VirtualService":
		found = byRules(route.Items("spec", "http"), "match", classicPath)
	case "HTTPRoute":
		found = byRules(route.Items("spec", "rules"), "matches", managedPath)
	case "GRPCRoute":
		return byRules(route.Items("spec", "rules"), "matches", grpcPath), "POST"
	}
	if found == "" {
		found = "/"
	}
	return found, "GET"
}

// byRules is the path of the first rule that has one; one without matches
// takes all.
func byRules(rules []snapshot.Object, matches string, of func(snapshot.Object) (string, bool)) string {
	for _, r := range rules {
		list := r.Items(matches)
		if len(list) == 0 {
			return "/"
		}
		for _, m := range list {
			if p, ok := of(m); ok {
				return p
			}
		}
	}
	return "/"
}

func classicPath(m snapshot.Object) (string, bool) {
	for field := range m {
		switch field {
		case "uri", "name", "ignoreUriCase", "gateways", "port":
		default:
			return "", false
		}
	}
	for _, kind := range []string{"exact", "prefix"} {
		if p := m.Str("uri", kind); strings.HasPrefix(p, "/") {
			return p, true
		}
	}
	return "/", !m.Has("uri")
}

func managedPath(m snapshot.Object) (string, bool) {
	for field := range m {
		if field != "path" && !(field == "method" && m.Str("method") == "GET") {
			return "", false
		}
	}
	if m.Str("path", "type") == "RegularExpression" {
		return "", false
	}
	if p := m.Str("path", "value"); p != "" {
		return p, true
	}
	return "/", true
}

func grpcPath(m snapshot.Object) (string, bool) {
	if m.Has("headers") || m.Str("method", "type") == "RegularExpression" {
		return "", false
	}
	service, method := m.Str("method", "service"), m.Str("method", "method")
	if service == "" {
		service = "any.Service"
	}
	if method == "" {
		method = "Any"
	}
	return "/" + service + "/" + method, true
}
