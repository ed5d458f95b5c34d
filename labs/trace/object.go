package trace

import "github.com/gatedrill/gatedrill/labs/snapshot"

// Groups whose kinds share names with others.
const (
	istioNetworking = "networking.istio.io"
	istioSecurity   = "security.istio.io"
	gatewayAPI      = "gateway.networking.k8s.io"
)

type object = snapshot.Object

// condition finds a status condition in a list.
func condition(list []object, kind string) object {
	for _, c := range list {
		if c.Str("type") == kind {
			return c
		}
	}
	return nil
}
