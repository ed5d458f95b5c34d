package intent

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// action compiles what an http rule does with the requests it takes.
func (v View) action(vs, rule object) envoy.Route {
	r := envoy.Route{Name: rule.Str("name"), Timeout: duration(rule.Str("timeout"))}
	r.Clusters, r.Weighted = v.destinations(vs, rule)
	if d := rule.Map("directResponse"); d != nil {
		r.Direct, r.Body = d.Num("status"), d.Str("body", "string")
	}
	if d := rule.Map("redirect"); d != nil {
		r.Redirect = v.redirect(d)
	}
	if w := rule.Map("rewrite"); w != nil {
		r.Rewrite = &envoy.Rewrite{
			Prefix: w.Str("uri"), Host: w.Str("authority"),
			Regex: w.Str("uriRegexRewrite", "match"), Substitution: w.Str("uriRegexRewrite", "rewrite"),
		}
	}
	r.Retries, r.RetryOn = rule.Num("retries", "attempts"), rule.Str("retries", "retryOn")
	v.fault(rule, &r)
	v.mirrors(vs, rule, &r)
	return r
}

// redirect compiles a redirect; the scheme's own port is not written out.
func (v View) redirect(d object) *envoy.Redirect {
	out := &envoy.Redirect{Scheme: d.Str("scheme"), Host: d.Str("authority"), Path: d.Str("uri"), Port: d.Num("port"), Code: d.Num("redirectCode")}
	if d.Str("derivePort") == "FROM_REQUEST_PORT" {
		out.Port = v.Port
	}
	https := out.Scheme == "https" || out.Scheme == "" && v.HTTPS
	if https && out.Port == 443 || !https && out.Port == 80 {
		out.Port = 0
	}
	if out.Code == 0 {
		out.Code = 301
	}
	return out
}

func (v View) fault(rule object, r *envoy.Route) {
	if a := rule.Map("fault", "abort"); a != nil {
		r.Abort, r.AbortPercent = a.Num("httpStatus"), percent(a.Map("percentage"))
	}
	if d := rule.Map("fault", "delay"); d != nil {
		r.Delay, r.DelayPercent = duration(d.Str("fixedDelay")), percent(d.Map("percentage"))
	}
}

// percent reads a percentage; none means all.
func percent(p object) float64 {
	if !p.Has("value") {
		return 100
	}
	switch x := p.At("value").(type) {
	case float64:
		return x
	case int64:
		return float64(x)
	case int:
		return float64(x)
	}
	return 100
}

func (v View) mirrors(vs, rule object, r *envoy.Route) {
	if m := rule.Map("mirror"); m != nil {
		r.Mirrors = append(r.Mirrors, envoy.Mirror{Cluster: v.Cluster(vs, m), Percent: percent(rule.Map("mirrorPercentage"))})
	}
	for _, m := range rule.Items("mirrors") {
		r.Mirrors = append(r.Mirrors, envoy.Mirror{Cluster: v.Cluster(vs, m.Map("destination")), Percent: percent(m.Map("percentage"))})
	}
}

// destinations are the clusters of a rule that get anything, and all with
// their shares. A single one gets all.
func (v View) destinations(vs, rule object) (names []string, all []envoy.Weighted) {
	list := rule.Items("route")
	for _, d := range list {
		weight := d.Num("weight")
		if len(list) == 1 {
			weight = 100
		}
		name := v.Cluster(vs, d.Map("destination"))
		all = append(all, envoy.Weighted{Cluster: name, Weight: weight})
		if weight > 0 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, all
}

// Cluster is Istio's name for a destination's cluster. Without a port a
// Service's only port is taken, else the listener's.
func (v View) Cluster(vs, d object) string {
	host := d.Str("host")
	if !strings.Contains(host, ".") {
		host += "." + vs.Namespace() + local
	}
	port := d.Num("port", "number")
	if port == 0 {
		port = v.Port
		if ports := Service(v.Index, host).Items("spec", "ports"); len(ports) == 1 {
			port = ports[0].Num("port")
		}
	}
	return clusterName(port, d.Str("subset"), host)
}

func clusterName(port int, subset, host string) string {
	return "outbound|" + strconv.Itoa(port) + "|" + subset + "|" + host
}

const local = ".svc.cluster.local"

// Service finds the Service of a cluster-local name, nil when it is none.
func Service(ix snapshot.Index, host string) object {
	short, ok := strings.CutSuffix(host, local)
	if !ok {
		return nil
	}
	name, ns, ok := strings.Cut(short, ".")
	if !ok {
		return nil
	}
	return ix.Get("", "Service", ns, name)
}

// backend compiles a backendRef of the Gateway API: its cluster, and why the
// route may not lead there, "" when it may.
func (v View) backend(route, ref object) (cluster, refused string) {
	const unknown = "UnknownService"
	ns, name, port := ref.Str("namespace"), ref.Str("name"), ref.Num("port")
	if ns == "" {
		ns = route.Namespace()
	}
	group, kind := ref.Str("group"), ref.Str("kind")
	if kind == "" {
		kind = "Service"
	}
	host := name
	switch group + "/" + kind {
	case "/Service":
		host = name + "." + ns + local
	case istioNetworking + "/Hostname":
		return clusterName(port, "", host), ""
	case "multicluster.x-k8s.io/ServiceImport":
		host = name + "." + ns + ".svc.clusterset.local"
	default:
		return unknown, fmt.Sprintf("backend %s %s: Istio routes to no such kind", kind, name)
	}
	if !Granted(v.Index, route, group, kind, ns, name) {
		return unknown, fmt.Sprintf("no ReferenceGrant in namespace %s lets %s of namespace %s lead to %s %s", ns, route.Kind(), route.Namespace(), kind, name)
	}
	return clusterName(port, "", host), ""
}
