package cri

import (
	"slices"
	"strconv"

	rt "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/pod/launch"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/program"
)

// istiod is what every proxy needs before it is of any use.
const istiod = "istiod.istio-system.svc:15012"

// plan is what a container really runs.
type plan struct {
	argv     []string
	env      []string // before the pod's own
	waitFor  string
	redirect []string // arguments of istio-iptables: install the rules here instead
}

// planFor combines an image's program with the pod's command and arguments the
// way container runtimes do, and does what Istio's proxy image needs here:
//   - its init container cannot name a uid that is not mapped, so the runtime
//     installs the redirect rules and the container only prints them;
//   - a sidecar's sockets carry a mark in place of that uid;
//   - a proxy starts when istiod is there (see launch.Container.WaitFor);
//   - a waypoint says it is older than 1.29.2, for which istiod writes
//     "envoy.string" where a stock Envoy has no "istio.hashable_string".
func planFor(p program.Program, cfg *rt.ContainerConfig) plan {
	run := plan{argv: slices.Clone(cfg.GetCommand())}
	if len(run.argv) == 0 {
		run.argv = slices.Clone(p.Entry)
	}
	args := cfg.GetArgs()
	run.argv = append(run.argv, args...)
	if p.Role != program.Proxy || len(args) == 0 {
		return run
	}
	if args[0] == "istio-iptables" {
		run.redirect = args[1:]
		return run
	}
	if args[0] != "proxy" {
		return run
	}
	run.waitFor = istiod
	switch {
	case len(args) > 1 && args[1] == "sidecar":
		run.argv = append([]string{launch.Program, "mark", strconv.Itoa(launch.Mark)}, run.argv...)
	case len(args) > 1 && args[1] == "waypoint":
		run.env = []string{"ISTIO_META_ISTIO_VERSION=1.29.0"}
	}
	return run
}
