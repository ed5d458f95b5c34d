package trace

import (
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// backendTLS is the BackendTLSPolicy of the upstream's Service and port: one
// that names the port goes before one for all, then the oldest.
func (w *walk) backendTLS(u upstream) object {
	var found object
	exact := false
	for _, p := range w.index.All(gatewayAPI, "BackendTLSPolicy") {
		for _, t := range p.Items("spec", "targetRefs") {
			section := t.Str("sectionName")
			if u.service == nil || t.Str("kind") != "Service" || p.Namespace() != u.service.Namespace() || t.Str("name") != u.service.Name() ||
				section != "" && section != portName(u.service, u.port) {
				continue
			}
			if named := section != ""; found == nil || named && !exact || named == exact && age(p) < age(found) {
				found, exact = p, named
			}
		}
	}
	return found
}

func portName(svc object, port int) string {
	for _, p := range svc.Items("spec", "ports") {
		if p.Num("port") == port {
			return p.Str("name")
		}
	}
	return ""
}

// unfitCA is to blame for a policy that is refused: a ConfigMap that is there
// and holds no CA under a key that is read, in istiod's words, else the policy,
// which names what is not there or of no use.
func unfitCA(policy, refusal object) labs.Object {
	refs := policy.Items("spec", "validation", "caCertificateRefs")
	if len(refs) != 1 || refs[0].Str("kind") != "ConfigMap" || !strings.Contains(refusal.Str("message"), "have expected keys") {
		return policy.Ref()
	}
	return labs.Object{Kind: "ConfigMap", Namespace: policy.Namespace(), Name: refs[0].Str("name")}
}

// judgeBackendTLS: the Gateway API refused the policy by which the proxy
// should speak TLS to the upstream.
func (w *walk) judgeBackendTLS(r *report, u upstream) {
	policy := w.backendTLS(u)
	if policy == nil {
		return
	}
	r.involve(policy.Ref())
	for _, a := range policy.Items("status", "ancestors") {
		for _, kind := range []string{"Accepted", "ResolvedRefs"} {
			if c := condition(a.Items("conditions"), kind); c != nil && c.Str("status") == "False" {
				r.broken(unfitCA(policy, c), policy.Ref().String()+" is not in force", "a policy that is accepted", c.Str("reason")+": "+c.Str("message"))
				return
			}
		}
	}
}

// idleBackendTLS is a BackendTLSPolicy that would have made the proxy speak
// TLS: for another port of the Service, in another namespace than it, or for a
// name that is nearly its.
func (w *walk) idleBackendTLS(u upstream) (object, string) {
	if u.service == nil {
		return nil, ""
	}
	for _, p := range w.index.All(gatewayAPI, "BackendTLSPolicy") {
		for _, t := range p.Items("spec", "targetRefs") {
			_, close := near(t.Str("name"), u.service.Name())
			absent := w.index.Get("", "Service", p.Namespace(), t.Str("name")) == nil
			switch {
			case t.Str("kind") == "Service" && p.Namespace() == u.service.Namespace() && close && absent:
				return p, p.Ref().String() + " is for Service " + t.Str("name") + ", which does not exist"
			case t.Str("kind") != "Service" || t.Str("name") != u.service.Name():
			case p.Namespace() == u.service.Namespace():
				return p, p.Ref().String() + " is for the port called " + t.Str("sectionName")
			case w.index.Get("", "Service", p.Namespace(), u.service.Name()) == nil:
				return p, p.Ref().String() + " looks for its Service in its own namespace only"
			}
		}
	}
	return nil, ""
}
