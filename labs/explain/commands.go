package explain

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Tools is how the ordinary tools are called where the commands will be run:
// "kubectl --context dev". The zero value is their bare names. Run goes before
// every command.
type Tools struct{ Kubectl, Istioctl, Run string }

// Commands are the two commands that show what the path's most telling layer
// rests on: the broken one, else the first unknown one, else the last. They
// run as they stand.
func Commands(p labs.Path, t Tools) []string {
	if t.Kubectl == "" {
		t.Kubectl = "kubectl"
	}
	if t.Istioctl == "" {
		t.Istioctl = "istioctl"
	}
	h, r, ok := telling(p)
	if !ok {
		return []string{t.istioctl("proxy-status"), t.kubectl("get", "services", "-A")}
	}
	e := evidence{Tools: t, path: p, hop: h, report: r}
	return e.commands()
}

// telling is the report that the commands are about.
func telling(p labs.Path) (labs.Hop, labs.LayerReport, bool) {
	for _, v := range []labs.Verdict{labs.Broken, labs.Unknown} {
		for _, h := range p.Hops {
			for _, r := range h.Layers {
				if r.Verdict == v {
					return h, r, true
				}
			}
		}
	}
	for i := len(p.Hops) - 1; i >= 0; i-- {
		h := p.Hops[i]
		if len(h.Layers) == 0 {
			continue
		}
		for _, l := range []labs.Layer{labs.LayerDestination, labs.LayerRoute} {
			if r := h.Layer(l); r.Verdict == labs.Healthy {
				return h, r, true
			}
		}
		return h, h.Layers[len(h.Layers)-1], true
	}
	return labs.Hop{}, labs.LayerReport{}, false
}

// evidence finds the commands for one report.
type evidence struct {
	Tools
	path   labs.Path
	hop    labs.Hop
	report labs.LayerReport
}

func (e evidence) commands() []string {
	switch e.report.Layer {
	case labs.LayerDNS:
		return []string{e.names(), e.service("-o", "wide")}
	case labs.LayerEntry:
		return []string{e.endpoints(), e.object(e.service("-o", "yaml"))}
	case labs.LayerListener:
		return []string{e.proxy("listeners", "--port", e.number("port", labs.LayerListener, "targetPort", labs.LayerEntry)), e.object(e.kubectl("get", gatewayKinds, "-A"))}
	case labs.LayerTLS:
		return []string{e.proxy("secret"), e.object(e.kubectl("get", gatewayKinds, "-A", "-o", "yaml"))}
	case labs.LayerRoute:
		return []string{e.proxy("routes", "--name", e.text(labs.LayerRoute, "name")), e.object(e.kubectl("get", routeKinds, "-A"))}
	case labs.LayerDestination:
		if e.noCluster() {
			return []string{e.proxy("listeners", "--port", e.number("port", labs.LayerListener, "targetPort", labs.LayerEntry)), e.object(e.kubectl("get", "sidecars.networking.istio.io,serviceentries", "-A"))}
		}
	}
	return []string{e.upstream(), e.object(e.kubectl("get", "destinationrules,serviceentries,authorizationpolicies,peerauthentications", "-A"))}
}

// Kinds of both APIs, in full where two kinds have one name.
const (
	gatewayKinds = "gateways.networking.istio.io,gateways.gateway.networking.k8s.io"
	routeKinds   = "virtualservices,httproutes.gateway.networking.k8s.io"
)

// names asks for the name: in the zone where the cluster holds one, else as
// any client does.
func (e evidence) names() string {
	for _, o := range e.report.Objects {
		if o.Kind == "ConfigMap" {
			return e.get(o, "-o", "yaml")
		}
	}
	host := e.path.Request.URL
	if u, err := url.Parse(host); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return e.run("getent " + line("hosts", host))
}

// service shows the Service in front of the hop.
func (e evidence) service(flags ...string) string {
	if o, ok := e.named(labs.LayerEntry, "service"); ok {
		return e.get(o, flags...)
	}
	if ns, name, ok := strings.Cut(e.path.Request.Gateway, "/"); ok {
		return e.get(labs.Object{Kind: "Service", Namespace: ns, Name: name}, flags...)
	}
	return e.kubectl("get", "services", "-A")
}

// endpoints shows what is ready behind that Service.
func (e evidence) endpoints() string {
	o, ok := e.named(labs.LayerEntry, "service")
	if !ok {
		return e.kubectl("get", "endpointslices", "-A")
	}
	return e.kubectl("get", "endpointslices", "-n", o.Namespace, "-l", "kubernetes.io/service-name="+o.Name)
}

// upstream shows where the proxy sends the request; of a policy, what the
// proxy was told of it.
func (e evidence) upstream() string {
	if len(e.report.Objects) > 0 && e.report.Objects[0].Kind == "AuthorizationPolicy" {
		if pod, ok := e.pod(); ok {
			return e.istioctl("experimental", "authz", "check", pod.Name, "-n", pod.Namespace)
		}
	}
	return e.proxy("endpoints", "--cluster", e.text(labs.LayerDestination, "cluster"))
}

// noCluster says whether the request goes where no endpoints are configured:
// to whatever address the client has, or nowhere.
func (e evidence) noCluster() bool {
	return slices.Contains([]string{"PassthroughCluster", "BlackHoleCluster"}, e.text(labs.LayerDestination, "cluster"))
}

// proxy asks what the hop's Envoy has. A flag without a value is left out.
func (e evidence) proxy(what string, flags ...string) string {
	pod, ok := e.pod()
	if !ok {
		return e.istioctl("proxy-status")
	}
	args := []string{"proxy-config", what, pod.Name, "-n", pod.Namespace}
	if len(flags) == 2 && flags[1] != "" {
		args = append(args, flags...)
	}
	return e.istioctl(args...)
}

// pod is the hop's own.
func (e evidence) pod() (labs.Object, bool) {
	if e.hop.Proxy.Kind == "Pod" {
		return e.hop.Proxy, true
	}
	if list, _ := e.hop.Layer(labs.LayerEntry).Facts["pods"].([]string); len(list) > 0 {
		return parse(list[0])
	}
	return labs.Object{}, false
}

// object shows the first object of the report that the cluster knows, else
// what the caller has.
func (e evidence) object(other string) string {
	for _, o := range e.report.Objects {
		switch o.Kind {
		case "", "Host":
			continue
		case "Secret": // its data stays where it is
			return e.kubectl("describe", "secret", o.Name, "-n", o.Namespace)
		}
		return e.get(o, "-o", "yaml")
	}
	return other
}

// get reads one object.
func (e evidence) get(o labs.Object, flags ...string) string {
	kind := strings.ToLower(o.Kind)
	if o.Group != "" {
		kind += "." + o.Group
	} else if o.Kind == "Gateway" {
		kind = "gateway.networking.istio.io"
	}
	args := []string{"get", kind, o.Name}
	if o.Namespace != "" {
		args = append(args, "-n", o.Namespace)
	}
	return e.kubectl(append(args, flags...)...)
}

func (t Tools) kubectl(args ...string) string  { return t.run(t.Kubectl + " " + line(args...)) }
func (t Tools) istioctl(args ...string) string { return t.run(t.Istioctl + " " + line(args...)) }

func (t Tools) run(command string) string {
	if t.Run != "" {
		return t.Run + " " + command
	}
	return command
}

// named reads a fact that is an object.
func (e evidence) named(l labs.Layer, fact string) (labs.Object, bool) {
	return parse(e.text(l, fact))
}

func (e evidence) text(l labs.Layer, fact string) string {
	s, _ := e.hop.Layer(l).Facts[fact].(string)
	return s
}

// number reads the first of two facts that is there.
func (e evidence) number(fact string, l labs.Layer, other string, ol labs.Layer) string {
	for _, v := range []any{e.hop.Layer(l).Facts[fact], e.hop.Layer(ol).Facts[other]} {
		switch n := v.(type) {
		case int:
			return strconv.Itoa(n)
		case float64: // of a path that was JSON
			return strconv.Itoa(int(n))
		}
	}
	return ""
}

// parse reads "Kind namespace/name".
func parse(s string) (labs.Object, bool) {
	kind, rest, ok := strings.Cut(s, " ")
	ns, name, two := strings.Cut(rest, "/")
	if !ok || !two || kind == "" || name == "" {
		return labs.Object{}, false
	}
	return labs.Object{Kind: kind, Namespace: ns, Name: name}, true
}

// line joins arguments as a shell reads them.
func line(args ...string) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = Quote(a)
	}
	return strings.Join(out, " ")
}

// Quote makes one word for a shell out of any text.
func Quote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@%+", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
