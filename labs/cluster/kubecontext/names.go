package kubecontext

import (
	"context"

	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/podexec"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// names says whether workloads can speak to names outside: a resolver of ours,
// with an account that may read the zone, has to be allowed in the zone's
// namespace, and the workloads' image, which the relay runs, has to hold curl.
// The cluster's own DNS is not touched.
func (c *client) names(ctx context.Context) bool {
	var want []right
	for _, verb := range []string{"get", "list", "watch", "create", "update", "patch", "delete"} {
		want = append(want,
			right{verb, "", "serviceaccounts", snapshot.ZoneNamespace},
			right{verb, "rbac.authorization.k8s.io", "roles", snapshot.ZoneNamespace},
			right{verb, "rbac.authorization.k8s.io", "rolebindings", snapshot.ZoneNamespace})
	}
	if lack, err := c.lacking(ctx, want); err != nil || len(lack) > 0 {
		return false
	}
	relay := podexec.Container{Namespace: fault.Namespace, Pod: relayName, Name: relayName}
	_, err := podexec.New(c.rest, c.base).Run(ctx, relay, []string{"curl", "--version"}, nil)
	return err == nil
}
