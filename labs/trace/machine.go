package trace

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
