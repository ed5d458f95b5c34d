package labs

// FactType is the type of what a question asks for.
type FactType string

// The types. An object is written "Kind namespace/name", a list is one of
// texts, a number is whole but for a duration.
const (
	FactText     FactType = "text"
	FactNumber   FactType = "number"
	FactBoolean  FactType = "boolean"
	FactList     FactType = "list"
	FactNames    FactType = "texts by name"
	FactObject   FactType = "object"
	FactDuration FactType = "seconds"
)

// Fact is a single observation that questions ask for by name. One that was
// not observed is absent, and the question unknown.
type Fact struct {
	Name  string
	Type  FactType
	Words string // what it is, one line
}

// FactsOf lists what the trace may observe at a layer, beside LayerFacts. It
// is filled as far as it can be observed, also for layers that the request
// does not reach: then it tells where the request would have gone.
func FactsOf(l Layer) []Fact {
	switch l {
	case LayerDNS:
		return dnsFacts()
	case LayerEntry:
		return entryFacts()
	case LayerListener:
		return listenerFacts()
	case LayerTLS:
		return tlsFacts()
	case LayerRoute:
		return routeFacts()
	case LayerDestination:
		return destinationFacts()
	}
	return nil
}

// dnsFacts: what the client looks up.
func dnsFacts() []Fact {
	return []Fact{
		{"host", FactText, "name that the client looks up"},
		{"address", FactText, "address that the client connects to"},
		{"addresses", FactList, "all addresses that the name has"},
	}
}

// entryFacts: the Service in front of the proxy, and what stands behind it.
func entryFacts() []Fact {
	return []Fact{
		{"service", FactObject, "Service that the client connects to"},
		{"addresses", FactList, "addresses that the Service has outside"},
		{"port", FactNumber, "port of the Service"},
		{"targetPort", FactNumber, "port of the pods that the Service leads to"},
		{"selector", FactText, "labels by which the Service finds its pods: a=b,c=d"},
		{"endpoints", FactList, "ready endpoints behind the Service, as address:port"},
		{"pods", FactList, "pods that the selector finds"},
	}
}

// listenerFacts: what of Envoy takes the connection.
func listenerFacts() []Fact {
	return []Fact{
		{"name", FactText, "listener as Envoy calls it"},
		{"port", FactNumber, "port on which Envoy listens"},
		{"filterChain", FactText, "filter chain that takes the connection"},
		{"sni", FactList, "server names of that filter chain"},
		{"gateway", FactObject, "Gateway that made it"},
		{"mode", FactText, "HTTP, SIMPLE, MUTUAL, PASSTHROUGH, and so on, as the Gateway says"},
		{"route", FactText, "route configuration that the filter chain names"},
		{"chains", FactList, "all filter chains of the listener, a line each"},
	}
}

// tlsFacts: certificates: the one that ought to be served, and the one that was.
func tlsFacts() []Fact {
	return []Fact{
		{"secret", FactObject, "Secret that the certificate comes from"},
		{"state", FactText, "of the secret in Envoy: active, warming, missing"},
		{"serial", FactText, "serial number of the Secret's certificate"},
		{"notAfter", FactText, "its last moment, as 2006-01-02T15:04:05Z"},
		{"days", FactNumber, "days until it runs out"},
		{"names", FactList, "DNS names in it"},
		{"keyFits", FactBoolean, "private key and certificate belong together"},
		{"chainLength", FactNumber, "certificates in the Secret's chain"},
		{"servedSerial", FactText, "serial number of the certificate that was served"},
		{"servedDays", FactNumber, "days until the served certificate runs out"},
		{"clientCert", FactBoolean, "a client certificate is asked for"},
	}
}

// routeFacts: what Envoy does with the request.
func routeFacts() []Fact {
	return []Fact{
		{"name", FactText, "route configuration in Envoy"},
		{"vhost", FactText, "virtual host that is picked for the host"},
		{"domains", FactList, "domains of the virtual host"},
		{"match", FactText, "what the route matches"},
		{"rule", FactText, "name of the route in Envoy"},
		{"redirect", FactText, "URL to which the route redirects"},
		{"object", FactObject, "object that the route comes from"},
		{"cluster", FactText, "cluster that the route leads to"},
		{"clusters", FactList, "all clusters that the route may lead to"},
		{"candidates", FactList, "objects that name the host and do not route it, with the reason, a line each"},
	}
}

// destinationFacts: where Envoy sends it, and on which terms.
func destinationFacts() []Fact {
	return []Fact{
		{"cluster", FactText, "cluster in Envoy"},
		{"clusters", FactList, "all clusters that the request may draw"},
		{"service", FactObject, "Service behind the cluster"},
		{"endpoints", FactList, "endpoints that Envoy has, as address:port"},
		{"endpointsHealthy", FactBoolean, "Envoy has the cluster, with a healthy endpoint"},
		{"targetPort", FactNumber, "port of the pods"},
		{"tls", FactText, "what the client side speaks: DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL, AUTO"},
		{"peerTLS", FactText, "what the server side accepts: STRICT, PERMISSIVE, DISABLE, UNSET"},
		{"sidecar", FactBoolean, "the pod has a sidecar"},
		{"rule", FactObject, "DestinationRule that counts"},
		{"maxConnections", FactNumber, "limit on connections in Envoy"},
		{"policies", FactList, "AuthorizationPolicies that apply"},
		{"policy", FactObject, "policy that refused the request"},
	}
}

// LayerFacts are what every layer has.
func LayerFacts() []Fact {
	return []Fact{
		{"verdict", FactText, "healthy, broken, off-path, unknown"},
		{"healthy", FactBoolean, "the verdict is healthy; absent where it is neither healthy nor broken"},
		{"summary", FactText, "the layer in one line"},
		{"want", FactText, "what should be, where it is broken"},
		{"got", FactText, "what is, where it is broken"},
		{"objects", FactList, "responsible objects; the culprit first"},
		{FactCulprit, FactObject, "object to blame, where it is broken"},
	}
}

// FactCulprit is the fact of every layer that the trace itself fills.
const FactCulprit = "culprit"

// HopFacts are what a hop has beside its layers: what its proxy is, and what
// it logged of the request.
func HopFacts() []Fact {
	return []Fact{
		{"role", FactText, "gateway, sidecar, egress, waypoint"},
		{"proxy", FactObject, "its pod"},
		{"code", FactNumber, "status code that the proxy logged"},
		{"flag", FactText, "response flags that the proxy logged, - for none"},
		{"details", FactText, "response code details that the proxy logged"},
		{"log", FactText, "the line that the proxy logged"},
	}
}

// PathFacts are what a path has beside its layers.
func PathFacts() []Fact {
	return []Fact{
		{"hops", FactList, "names of the hops, in the order in which the request takes them"},
	}
}

// AnswerFacts are what a client saw of a request, and what the first proxy on
// the way logged of it: flag, details and log are absent until it did.
func AnswerFacts() []Fact {
	return []Fact{
		{"code", FactNumber, "status code, 0 without an answer"},
		{"body", FactText, "body, its first 4 KiB"},
		{"error", FactText, "why there is no answer: refused, reset, timeout, dns, tls: …"},
		{"source", FactText, "address of the client as the gateway saw it"},
		{"server", FactText, "Server header"},
		{"serial", FactText, "serial number of the served certificate"},
		{"headers", FactNames, "headers of the answer and its trailers, by lower-case names: headers[?'location']"},
		{"codes", FactList, "status codes, or errors, of all samples; absent where one is asked for"},
		{"answerers", FactList, "names of the workloads that answered them, \"\" for none"},
		{"took", FactDuration, "time until the answer"},
		{"flag", FactText, "response flags, - for none"},
		{"details", FactText, "response code details"},
		{"log", FactText, "the log line"},
	}
}
