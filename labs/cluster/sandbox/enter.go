package sandbox

// EnterVariable carries an EnterRequest to the hidden `sandbox enter` command.
const EnterVariable = "GATEDRILL_ENTER"

// EnterRequest is what `sandbox enter` is to run inside, and where.
type EnterRequest struct {
	Socket  string            `json:"socket"`
	Env     map[string]string `json:"env"`
	Command []string          `json:"command"`
	Dir     string            `json:"dir"`
}
