package labs

import (
	"fmt"
	"strings"
	"time"
)

// Listing is a lab in a list.
type Listing struct {
	ID         string        `json:"id"`
	Title      string        `json:"title"`
	From       string        `json:"from,omitempty"`      // the folder that it comes from; "" for the program's own
	Catalogue  string        `json:"catalogue,omitempty"` // fault id: "H1"
	Shapes     []string      `json:"shapes"`
	Minutes    int           `json:"minutes"`
	Difficulty int           `json:"difficulty"`
	Requires   []string      `json:"requires,omitempty"`
	Missing    []string      `json:"missing,omitempty"` // what the backend in use lacks
	Attempts   int           `json:"attempts"`
	Solved     int           `json:"solved"`
	Best       time.Duration `json:"-"` // bestSeconds
	InProgress bool          `json:"inProgress"`
	StepsDone  int           `json:"stepsDone,omitempty"` // of the attempt in progress
	Worked     time.Duration `json:"-"`                   // workedSeconds, on the attempt in progress
	// Layers are what the lab is about, for advice made of many labs; a list
	// of labs does not print them, since they give away where to look.
	Layers []Layer `json:"-"`
}

// Phase is where a lab session stands.
type Phase string

// The phases of a session, in their usual order. Unearned means that the
// goals hold although the diagnosis is not complete: the fault has to be put
// back before the lab can be solved.
const (
	PhaseIdle       Phase = "idle"
	PhasePreparing  Phase = "preparing" // base goes in
	PhaseBreaking   Phase = "breaking"  // fault goes in, until it is seen
	PhaseDiagnosing Phase = "diagnosing"
	PhaseFixing     Phase = "fixing"
	PhaseUnearned   Phase = "unearned"
	PhaseSolved     Phase = "solved"
	PhaseResetting  Phase = "resetting"
	PhaseFailed     Phase = "failed" // Trouble says why; reset is offered
)

// View is everything a screen or a command shows of a lab session at one
// moment. Nothing in it gives away what was not yet verified.
type View struct {
	Lab     Listing       `json:"lab"`
	Ticket  string        `json:"ticket"`
	Phase   Phase         `json:"phase"`
	Doing   string        `json:"doing,omitempty"`   // what is waited for, by name
	Trouble string        `json:"trouble,omitempty"` // what went wrong, where, what next
	Cluster string        `json:"cluster"`           // "sandbox", "kind gatedrill"
	Ready   string        `json:"ready,omitempty"`   // state of the cluster in words
	Since   time.Time     `json:"since"`             // start of the attempt
	Elapsed time.Duration `json:"-"`                 // elapsedSeconds of work, pauses left out
	Capture Answer        `json:"capture"`           // the last main request
	Request Request       `json:"request"`           // the main request
	Path    []PathMark    `json:"path"`              // all six layers
	Hops    []HopMark     `json:"hops"`              // the way, hop by hop
	Steps   []StepView    `json:"steps"`             // all six steps
	Current Step          `json:"current"`           // the first step not done, "" when all are
	Goals   []CheckView   `json:"goals"`
	Guards  []CheckView   `json:"guards"`
	Debrief string        `json:"debrief,omitempty"` // Markdown, once solved
	Cards   []string      `json:"cards,omitempty"`   // made due by this attempt, once solved
}

// Ahead says whether a step was not reached yet: steps are walked in order,
// and one may go back to those before, not ahead of the current one.
func (v View) Ahead(s Step) bool { return v.Current != "" && s.After(v.Current) }

// StillOpen names what the diagnosis lacks: "hosts (its verdict), destination".
func (v View) StillOpen() string {
	var out []string
	for _, s := range v.Steps {
		verdict := s.VerdictRight || len(s.Step.Layers()) == 0
		switch {
		case verdict && s.FindingRight:
		case s.FindingRight:
			out = append(out, string(s.Step)+" (its verdict)")
		case s.VerdictRight:
			out = append(out, string(s.Step)+" (its question)")
		default:
			out = append(out, string(s.Step))
		}
	}
	return strings.Join(out, ", ")
}

// AheadError refuses a verdict, an answer or a hint for a step that was not
// reached yet.
type AheadError struct{ Step, First Step }

// Error says what comes first.
func (e *AheadError) Error() string {
	return fmt.Sprintf("one step after the other: %s comes first, %s was not reached yet (see gatedrill lab status)", e.First, e.Step)
}

// PathMark is one layer of the path on screen. Verdict is "" until the
// learner's own verdict on it was verified.
type PathMark struct {
	Layer   Layer     `json:"layer"`
	Verdict Verdict   `json:"verdict,omitempty"`
	Was     Verdict   `json:"was,omitempty"` // set when it changed after it was verified
	Changed time.Time `json:"changed,omitzero"`
	// Note is what the verdict rests on, in one line with the objects; only on
	// a hop's layers, once their step is done.
	Note string `json:"note,omitempty"`
}

// HopMark is one hop of the way on screen. Until the diagnosis is complete the
// hops are those that the steps ask about, each with the layers asked about
// there; then they are those that the request takes, with all layers.
type HopMark struct {
	Name   string     `json:"name,omitempty"`  // "egress"; "" while it is the way as a whole
	Proxy  string     `json:"proxy,omitempty"` // "Pod ns/name", once a step about the hop is done
	Layers []PathMark `json:"layers,omitempty"`
	Gone   bool       `json:"gone,omitempty"` // it was on the way, and the request does not get there now
}

// StepView is one runbook step on screen. Look, Ask and hints are left out
// until the step is reached: what a later step asks tells of the earlier ones.
type StepView struct {
	Step     Step     `json:"step"`
	Title    string   `json:"title"` // "listeners and attachment"
	Question string   `json:"question"`
	Look     []string `json:"look,omitempty"` // commands that run as they stand in the learner's shell
	Ask      string   `json:"ask,omitempty"`  // the finding's question
	Answer   string   `json:"answer,omitempty"`
	Verdict  Verdict  `json:"verdict,omitempty"` // as committed by the learner
	// VerdictRight and FindingRight: verified against the cluster when given.
	VerdictRight bool     `json:"verdictRight"`
	FindingRight bool     `json:"findingRight"`
	Done         bool     `json:"done"`
	Wrong        int      `json:"wrong"`           // wrong answers so far
	Reply        string   `json:"reply,omitempty"` // what was said to the last one
	Hints        []string `json:"hints,omitempty"` // those already taken
	HintsLeft    int      `json:"hintsLeft"`
}

// Outcome of a check. Unknown is not a pass.
type Outcome string

// The outcomes.
const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Pending Outcome = "unknown"
)

// CheckView is one goal or guard on screen.
type CheckView struct {
	Title   string    `json:"title"`
	Outcome Outcome   `json:"outcome"`
	Why     string    `json:"why,omitempty"` // "want 200, got 404 NR", never the fix
	Changed time.Time `json:"changed,omitzero"`
	Fell    bool      `json:"fell,omitempty"` // was green, now red
	// Held: it was green before, whatever is known of it now.
	Held bool `json:"-"`
}

// SolutionNoted says what looking at a lab's solution does.
const SolutionNoted = "It is noted in the lab's history that you looked, and the lab goes on."

// Reply answers a committed verdict or finding.
type Reply struct {
	Right   bool   `json:"right"`
	Unknown bool   `json:"unknown,omitempty"` // it was not judged, and nothing was counted
	Slip    bool   `json:"slip,omitempty"`    // because it cannot be read as an answer; Words say the form
	Words   string `json:"words"`
}
