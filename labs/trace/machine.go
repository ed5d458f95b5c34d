package trace

import "slices"

// machineAt is the WorkloadEntry that has an address and stands behind the
// upstream, nil when none does.
func (w *walk) machineAt(u upstream, address string) object {
	for _, e := range w.index.All(istioNetworking, "WorkloadEntry") {
		selector := u.service.Labels("spec", "selector")
		if len(selector) == 0 {
			selector = u.entry.Labels("spec", "workloadSelector", "labels")
		}
		labels := e.Labels("spec", "labels")
		fits := func() bool {
			for k, v := range selector {
				if labels[k] != v {
					return false
				}
			}
			return len(selector) > 0
		}
		if e.Str("spec", "address") == address && fits() {
			return e
		}
	}
	return nil
}

// writtenAt is the EndpointSlice of the upstream's Service into which somebody,
// and no controller, wrote an address that is no pod's; nil when none is.
func (w *walk) writtenAt(u upstream, address string) object {
	for _, s := range w.endpointSlices[u.service.Namespace()+"/"+u.service.Name()] {
		byHand := w.podAt(address) == nil && s.Labels("metadata", "labels")["endpointslice.kubernetes.io/managed-by"] == ""
		if byHand && slices.ContainsFunc(s.Items("endpoints"), func(e object) bool { return slices.Contains(e.Strs("addresses"), address) }) {
			return s
		}
	}
	return nil
}
