package install

import "maps"

// The manifests carry these marks where an image's hub and tag belong; a
// profile replaces them. The generate command renders the charts with them.
const (
	HubMark = "hub.gatedrill.invalid"
	TagMark = "tag-of-gatedrill"
)

// Profile is what differs between the places Istio is installed in. The
// manifests themselves ask for Istio's own Envoy and defaults.
type Profile struct {
	Hub string // images are HUB/pilot:TAG and HUB/proxyv2:TAG
	Tag string
	// IstiodEnv is added to istiod's environment.
	IstiodEnv map[string]string
	// Mesh is YAML laid over the mesh configuration; null deletes a key.
	Mesh string
}

// StockEnvoy is the profile of a cluster whose proxies are an Envoy without
// Istio's own filters. istiod must not ask for them: such an Envoy rejects
// the whole listener or cluster update, and its pod never gets ready.
//
//   - istio.metadata_exchange: PILOT_ENABLE_METADATA_EXCHANGE
//   - istio.alpn: PILOT_ENABLE_ALPN_FILTER
//   - istio.stats: no metrics provider in the mesh configuration
//
// What it would ask of a waypoint's Envoy has no switch; the heavy module's
// istio/waypoint sees to it.
func StockEnvoy(hub, tag string) Profile {
	return Profile{
		Hub: hub, Tag: tag,
		IstiodEnv: map[string]string{
			"PILOT_ENABLE_METADATA_EXCHANGE": "false",
			"PILOT_ENABLE_ALPN_FILTER":       "false",
		},
		Mesh: "defaultProviders: null\n",
	}
}

// Release is the profile of Istio's own images, whose Envoy has all that
// istiod asks for.
func Release(hub, tag string) Profile { return Profile{Hub: hub, Tag: tag} }

// The images of the release that the manifests were rendered from.
const (
	ReleaseHub = "docker.io/istio"
	ReleaseTag = "1.31.0"
)

// Quick returns the profile with settings that make a change visible at once.
//
//   - PILOT_DEBOUNCE_AFTER: a changed route reaches the gateway after 50 ms
//     instead of 120 ms. With 10 ms a Gateway and the routes that it lets in
//     were pushed one after the other on a busy machine, and in 1 of 100 changes
//     Envoy was left without the routes until the next change.
//   - fileFlushInterval: Envoy writes its access log ten times a second
//     instead of once, so that a probe finds its own line.
//   - dnsRefreshRate: a name that did not resolve is asked for again after
//     1 s instead of 60 s, which a learner would take for a failed fix.
func (p Profile) Quick() Profile {
	env := map[string]string{"PILOT_DEBOUNCE_AFTER": "30ms"}
	maps.Copy(env, p.IstiodEnv)
	p.IstiodEnv = env
	p.Mesh += "dnsRefreshRate: 1s\ndefaultConfig: {fileFlushInterval: 0.1s}\n"
	return p
}

// Waypoints returns the profile with waypoints: istiod serves the GatewayClass
// istio-waypoint, and gateways can speak HBONE to them. Workloads need a
// ztunnel for that, which is not installed.
func (p Profile) Waypoints() Profile {
	env := map[string]string{"PILOT_ENABLE_AMBIENT": "true"}
	maps.Copy(env, p.IstiodEnv)
	p.IstiodEnv = env
	return p
}

// Sandbox is the profile of the sandbox: a stock Envoy, quick, and with
// waypoints.
func Sandbox() Profile { return StockEnvoy(ReleaseHub, ReleaseTag).Quick().Waypoints() }
