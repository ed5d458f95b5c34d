package cluster

// Finding is what a look at one thing came to: of a cluster, or of this
// machine.
type Finding struct {
	What  string `json:"what"`
	State string `json:"state"` // one of the states of a finding
	Saw   string `json:"saw"`
	Next  string `json:"next,omitempty"` // what to do about it
	// Optional: nothing that was chosen needs it.
	Optional bool `json:"optional,omitempty"`
}

// The states of a finding. A note limits what is offered, what is missing
// keeps something from working, and of what could not be looked at nothing is
// known.
const (
	OK      = "ok"
	Note    = "note"
	Missing = "missing"
	Unknown = "unknown"
)

// Stops says that something that is needed does not work, as far as is known.
func (f Finding) Stops() bool {
	return !f.Optional && (f.State == Missing || f.State == Unknown)
}
