package trace

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
)

// mayNotRead says whether the proxy has asked for Secrets and was given none:
// then it is not one Secret that is amiss.
func (w *walk) mayNotRead() bool {
	if w.config == nil || len(w.pods) == 0 {
		return false
	}
	return !slices.ContainsFunc(w.config.Secrets, func(s envoy.Secret) bool {
		return strings.HasPrefix(s.Name, "kubernetes") && !s.Warming
	})
}

// account is the ServiceAccount of this proxy.
func (w *walk) account() labs.Object {
	name := w.pods[0].Str("spec", "serviceAccountName")
	if name == "" {
		name = "default"
	}
	return labs.Object{Kind: "ServiceAccount", Namespace: w.pods[0].Namespace(), Name: name}
}
