package trace

import (
	"maps"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// clientCertHeader says who the client of a gateway is, to whom comes next.
const clientCertHeader = "x-forwarded-client-cert"

// sanitize makes the target what a gateway at the edge of the mesh makes of
// it before it looks for a route: which scheme the client spoke, and who it
// is, the gateway knows by itself, and takes nobody's word for it, unless its
// topology says that proxies are before it. Of a client that shows a certificate
// it writes the header itself (SANITIZE_SET), as Envoy puts it together.
func (w *walk) sanitize() {
	if w.role != labs.RoleGateway || w.previous != nil || w.trustsProxies() {
		return
	}
	w.target.headers = maps.Clone(w.target.headers)
	w.target.headers["x-forwarded-proto"] = w.target.headers[":scheme"]
	delete(w.target.headers, clientCertHeader)
	w.target.certified = w.request.Cert != ""
}

// trustsProxies says whether something is said of proxies before the gateway,
// for its pods or for the mesh.
func (w *walk) trustsProxies() bool {
	texts := []string{w.index.Get("", "ConfigMap", rootNamespace, meshConfig().Name()).Str("data", "mesh")}
	for _, p := range w.pods {
		texts = append(texts, p.Labels("metadata", "annotations")["proxy.istio.io/config"])
	}
	return strings.Contains(strings.Join(texts, "\n"), "gatewayTopology")
}
