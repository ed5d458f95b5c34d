package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/history"
)

// askEvery is how often a session asks whether the cluster still holds its lab.
const askEvery = 2 * time.Second

// follow judges every change and reads the history, until the session ends.
func (s *Service) follow(n *session) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	ask := time.NewTicker(askEvery)
	defer ask.Stop()
	beat := time.NewTicker(history.BeatEvery)
	defer beat.Stop()
	var at time.Time
	var failed error
	zone := ""
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-beat.C:
			s.note(s.record(history.Beat, nil))
			continue
		case <-ask.C:
			if s.lookAfter(n) {
				continue
			}
			n.cancel() // the next session is with the new cluster
			return
		case <-n.seen.Changed():
		case <-tick.C:
			s.note(s.sync())
		}
		if st := s.now(); st.Lab != n.lab {
			n.cancel() // another program reset or changed the lab
			return
		}
		snap, why := n.seen.Snapshot(), n.why()
		if snap.At.IsZero() || snap.At.Equal(at) && why == failed { //nolint:errorlint // the same error value
			continue
		}
		at, failed = snap.At, why
		if z := fmt.Sprint(snap.Zone); n.cluster.Names != nil && z != zone {
			zone = z
			s.note(n.cluster.Names(n.ctx, snap.Zone))
		}
		o, _ := n.look(snap)
		s.note(s.apply(o))
	}
}

// lookAfter fails the attempt when the cluster lost it, and says whether the
// session may go on: not with a cluster that was made anew. One that does not
// answer has lost nothing; what is seen of it tells that.
func (s *Service) lookAfter(n *session) bool {
	st := s.now()
	switch st.Phase {
	case labs.PhaseDiagnosing, labs.PhaseFixing, labs.PhaseUnearned:
	default:
		return true
	}
	ctx, cancel := context.WithTimeout(n.ctx, askEvery)
	defer cancel()
	if s.stillThere(ctx, n, st) == nil || n.cluster.Moved == nil || !n.cluster.Moved(n.ctx) {
		return true
	}
	s.note(s.lost(n, st))
	return false
}

// note shows an error that has no caller.
func (s *Service) note(err error) {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, ErrNoLab) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.place.ready = "trouble: " + err.Error()
	s.bump()
}
