package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/note"
)

// Status is what there is to say about the sandbox.
type Status struct {
	State      string      `json:"state"` // one of cluster's
	Phase      string      `json:"phase,omitempty"`
	Waiting    string      `json:"waiting,omitempty"`
	Error      string      `json:"error,omitempty"`
	Next       string      `json:"next,omitempty"` // what to do about the error
	Started    time.Time   `json:"started,omitzero"`
	Phases     []PhaseTime `json:"phases,omitempty"`
	PID        int         `json:"pid,omitempty"` // on the host
	CRDs       string      `json:"crds,omitempty"`
	Processes  int         `json:"processes,omitempty"`
	Anonymous  int64       `json:"anonymousBytes,omitempty"` // memory that nothing else shares
	Dir        string      `json:"dir"`
	Kubeconfig string      `json:"kubeconfig,omitempty"`
	DialSocket string      `json:"dialSocket,omitempty"`
	Missing    []string    `json:"missingPrograms,omitempty"`
	// Inside: asked from a shell in it, where its processes are not seen.
	Inside bool `json:"inside,omitempty"`
	// Outdated: programs were renewed since it was started; it runs the old.
	Outdated bool `json:"outdated,omitempty"`
}

// failed makes it the status of a sandbox that cannot go on.
func (s *Status) failed(why string) {
	s.State, s.Error = cluster.Failed, why
	s.Next = "see why: gatedrill sandbox logs; start it again: gatedrill cluster up"
}

// PhaseTime is when a phase of the start ended, counted from the start.
type PhaseTime struct {
	Name string `json:"name"`
	MS   int64  `json:"ms"`
}

// State says in a line how the sandbox is.
func (b *Backend) State(ctx context.Context) cluster.State {
	out := cluster.State{Name: b.Name(), State: cluster.Off, Next: "gatedrill cluster up"}
	s, err := b.Status(ctx)
	switch {
	case err != nil:
		out.State, out.Detail, out.Next = cluster.Failed, err.Error(), "gatedrill sandbox reset"
		return out
	case len(s.Missing) > 0:
		out.Detail = "programs not got yet: " + strings.Join(s.Missing, ", ")
	}
	out.State = s.State
	switch s.State {
	case cluster.Ready:
		out.Kubeconfig, out.Next = s.Kubeconfig, ""
		out.Detail = fmt.Sprintf("%d processes, %d MiB", s.Processes, s.Anonymous>>20)
	case cluster.Starting:
		out.Detail, out.Next = s.Phase+": "+s.Waiting, ""
	case cluster.Failed:
		out.Detail, out.Next = s.Error, s.Next
	default:
		if s.Error != "" {
			out.Detail, out.Next = s.Error, ""
		}
	}
	return out
}

// Close has nothing to end: the daemon does its work by itself.
func (b *Backend) Close() {}

// The phases of the daemon's that end its start.
const (
	phaseReady  = "ready"
	phaseFailed = "failed"
)

// report is the daemon's status file.
type report struct {
	Phase   string      `json:"phase"`
	Waiting string      `json:"waiting"`
	Error   string      `json:"error"`
	Started time.Time   `json:"started"`
	Phases  []PhaseTime `json:"phases"`
}

// readReport returns the daemon's last report; a zero one when there is none
// yet. The daemon replaces the file as a whole.
func (l layout) readReport() (report, error) {
	var r report
	if _, err := note.Read(l.statusFile(), &r); err != nil {
		return r, fmt.Errorf("read the sandbox's status: %w", err)
	}
	r.Waiting = plainly(r.Waiting)
	return r, nil
}

// plainly says what is waited for where the daemon tells of a failed request:
// its API server does not answer yet.
func plainly(waiting string) string {
	if strings.HasPrefix(waiting, `Get "http`) {
		return "the API server's first answer"
	}
	return waiting
}

// lastLog returns the last lines of the daemon's log; of one that crashed, why.
func (l layout) lastLog(lines int) string {
	f, err := os.Open(l.logFile())
	if err != nil {
		return ""
	}
	defer f.Close()
	const enough = 16 << 10
	if fi, err := f.Stat(); err == nil && fi.Size() > enough {
		_, _ = f.Seek(-enough, 2)
	}
	b := make([]byte, enough)
	n, _ := f.Read(b)
	return lastWords(string(b[:n]), lines)
}

// lastWords are a log's last lines. A crash ends it with a stack, which tells a
// learner nothing: its reason stands before that, in a record or as it is.
func lastWords(log string, lines int) string {
	all := strings.Split(strings.TrimSpace(log), "\n")
	for i, l := range slices.Backward(all) {
		if !strings.HasPrefix(l, "panic: ") && !strings.HasPrefix(l, "fatal error: ") {
			continue
		}
		var record struct{ Msg, Error string }
		if i > 0 && json.Unmarshal([]byte(all[i-1]), &record) == nil && record.Error != "" {
			return record.Msg + ": " + record.Error
		}
		return l
	}
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
