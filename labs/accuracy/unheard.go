package accuracy

import (
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// unheard is a proxy that the request is known to have passed and that has not
// told of it in its log, "" when all have: the first, that answered or let the
// client through, and each to which another one says that it handed on.
func unheard(r labs.Request, s snapshot.Snapshot) string {
	a := s.Answers[r.Name]
	if len(a.Logs) == 0 && a.Code != 0 && r.Outside() {
		return "the first"
	}
	for _, l := range a.Logs {
		host := l.Host()
		if host == "" || l.Inbound {
			continue
		}
		for _, p := range s.Objects {
			if p.Kind() != "Pod" || !snapshot.Running(p) || p.Str("status", "podIP") != host || snapshot.ProxyRole(p) == "" || same(l.Proxy, p) {
				continue
			}
			if !slices.ContainsFunc(a.Logs, func(x labs.ProxyLog) bool { return same(x.Proxy, p) }) {
				return p.Ref().String()
			}
		}
	}
	return ""
}

func same(proxy labs.Object, pod snapshot.Object) bool {
	return proxy.Namespace == pod.Namespace() && proxy.Name == pod.Name()
}
