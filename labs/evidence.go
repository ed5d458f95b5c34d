package labs

// LogField is one field of an access-log line, in the order of the line.
type LogField struct {
	Name  string `json:"name"`  // "response flags"
	Value string `json:"value"` // as logged; "-" where there is none
	Means string `json:"means"` // what the field says, and of a flag what it stands for
}

// HostRow is one host that the cluster's gateways are configured to serve.
type HostRow struct {
	Host    string
	Port    int
	TLS     string // SIMPLE, PASSTHROUGH, …; "" for plain text
	Gateway Object
	Routes  []Object
	URL     string // that asks for it; "" where no client outside can
}
