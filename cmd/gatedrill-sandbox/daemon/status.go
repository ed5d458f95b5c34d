package daemon

import (
	"slices"
	"sync"
	"time"

	"k8s.io/klog/v2"

	"github.com/gatedrill/gatedrill/labs/note"
)

// The phases of a start, in the order they are shown. Those after "api" overlap:
// the phase shown is the first that is not done.
const (
	phaseEtcd    = "etcd"
	phaseAPI     = "api"
	phaseNode    = "node"
	phaseCRDs    = "crds"
	phaseIstiod  = "istiod"
	phaseGateway = "gateway"
	phaseReady   = "ready"
	phaseFailed  = "failed"
)

// phase is one that is done.
type phase struct {
	Name string `json:"name"`
	MS   int64  `json:"ms"` // since the start
}

// report is the file status.json.
type report struct {
	Phase   string    `json:"phase"`
	Waiting string    `json:"waiting,omitempty"`
	Error   string    `json:"error,omitempty"`
	Started time.Time `json:"started"`
	Phases  []phase   `json:"phases"`
	PID     int       `json:"pid"` // as the host sees it
}

// status writes how far the start is to a file, whole at each change.
type status struct {
	path  string
	order []string
	now   func() time.Time
	ready chan struct{} // closed when the last phase is done

	mu      sync.Mutex
	report  report
	waiting map[string]string // by phase
}

func newStatus(path string, pid int, order []string, now func() time.Time) *status {
	s := &status{path: path, order: order, now: now, ready: make(chan struct{}), waiting: map[string]string{}}
	s.report = report{Started: now(), PID: pid, Phases: []phase{}}
	s.update(func() {})
	return s
}

// wait says what a phase waits for.
func (s *status) wait(name, what string) {
	s.update(func() { s.waiting[name] = what })
}

// done ends a phase; ending it again changes nothing.
func (s *status) done(name string) {
	s.update(func() {
		if !s.ended(name) {
			s.report.Phases = append(s.report.Phases, phase{name, s.now().Sub(s.report.Started).Milliseconds()})
			if s.current() == phaseReady {
				close(s.ready)
			}
		}
	})
}

// fail is final.
func (s *status) fail(err error) {
	s.update(func() { s.report.Error = err.Error() })
}

func (s *status) ended(name string) bool {
	return slices.ContainsFunc(s.report.Phases, func(p phase) bool { return p.Name == name })
}

func (s *status) update(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.report.Phase = s.current()
	s.report.Waiting = s.waiting[s.report.Phase]
	if err := note.Write(s.path, s.report); err != nil {
		klog.ErrorS(err, "status is not written")
	}
}

func (s *status) current() string {
	if s.report.Error != "" {
		return phaseFailed
	}
	for _, name := range s.order {
		if !s.ended(name) {
			return name
		}
	}
	return phaseReady
}
