package cards

// Layers are the layers of a request's path in runbook order, as cards name
// them in tags: "layer:tls".
func Layers() []string {
	return []string{"dns", "entry", "listener", "tls", "route", "destination"}
}

// Steps are the steps of the runbook in order, as cards name them in tags:
// "step:tls".
func Steps() []string {
	return []string{"capture", "entry", "listeners", "tls", "hosts", "destination"}
}
