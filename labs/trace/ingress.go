package trace

import "fmt"

// ingressClass is the class whose Ingresses Istio serves, and its controller
// the word by which other classes are Istio's too.
const (
	ingressClass      = "istio"
	ingressController = "istio.io/ingress-controller"
)

// ingressCandidate judges a Kubernetes Ingress: istiod makes of one of its
// class what a Gateway and a VirtualService would say.
func (w *walk) ingressCandidate(v object) candidate {
	c := candidate{ref: v.Ref(), obj: v}
	for _, rule := range v.Items("spec", "rules") {
		host := rule.Str("host")
		if host == "" {
			host = "*"
		}
		c.hosts = append(c.hosts, host)
	}
	w.relate(&c)
	class := v.Str("spec", "ingressClassName")
	if class == "" {
		class = v.Labels("metadata", "annotations")["kubernetes.io/ingress.class"]
	}
	c.standing = atPort
	if c.attached = class == ingressClass || w.index.Get("networking.k8s.io", "IngressClass", "", class).Str("spec", "controller") == ingressController; !c.attached {
		c.standing = notHere
		c.because(c.ref, fmt.Sprintf("class %q is not Istio's", class))
	}
	return c
}
