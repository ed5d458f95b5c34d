// Command gatedrill-istio is Istio's part of the sandbox.
package main

import (
	_ "istio.io/istio/istioctl/cmd"
	_ "istio.io/istio/operator/pkg/helm"
	_ "istio.io/istio/pilot/cmd/pilot-agent/app"
	_ "istio.io/istio/pilot/cmd/pilot-discovery/app"
	_ "istio.io/istio/security/pkg/nodeagent/sds"
)

func main() {}
