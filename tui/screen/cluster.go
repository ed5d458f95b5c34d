package screen

import "time"

// Cluster is one line about the place labs run in.
type Cluster struct {
	Name    string // "sandbox"
	State   string // ClusterOff … ClusterFailed
	Waiting string // what is waited for, by name
	Done    int64
	Total   int64 // 0 = not known
	Elapsed time.Duration
	Trouble string // what failed, where, what next
}

// The states a cluster reports.
const (
	ClusterOff      = "off"
	ClusterGetting  = "getting programs"
	ClusterStarting = "starting"
	ClusterReady    = "ready"
	ClusterFailed   = "failed"
)

// Busy says that the cluster is on its way up.
func (c Cluster) Busy() bool { return c.State == ClusterGetting || c.State == ClusterStarting }

// Down says that the cluster is not up and not on its way: it failed, or was
// stopped.
func (c Cluster) Down() bool { return c.State == ClusterFailed || c.State == ClusterOff }

// ClusterNews is a status with the moment it was received, so that its clock
// can run on between two reports.
type ClusterNews struct {
	Cluster
	At time.Time
}

// Clock is how long the cluster has been on its way, at a moment.
func (n ClusterNews) Clock(now time.Time) time.Duration {
	if !n.Busy() || now.Before(n.At) {
		return n.Elapsed
	}
	return n.Elapsed + now.Sub(n.At)
}

// Advice is what to do next, worked out from cards and labs together.
type Advice struct {
	Lab    string // id of the lab to do next, "" for none
	LabWhy string // "its tls cards are at 64 %"
	Solved []LayerSolved
}

// LayerSolved counts the labs about one layer, in runbook order.
type LayerSolved struct {
	Layer  string // "tls"
	Solved int
	Labs   int
}
