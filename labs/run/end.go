package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/history"
)

// Reset takes the lab out of the cluster; the cluster is as it was before,
// proved by comparing. A cluster that is not running keeps what it holds
// until a lab is started in it.
func (s *Service) Reset(ctx context.Context) error {
	if err := s.sync(); err != nil {
		return err
	}
	st := s.now()
	if st.Lab == nil {
		return s.giveUp(ctx)
	}
	s.mu.Lock()
	have := s.sess
	s.mu.Unlock()
	if have != nil {
		have.close() // a start in progress stops here
	}
	n, err := s.connect(ctx, st.Lab)
	if errors.Is(err, cluster.ErrNotRunning) && !errors.Is(err, cluster.ErrNoAnswer) {
		return s.putAway()
	}
	if err != nil {
		return err
	}
	defer n.close()
	if err := s.record(history.Leaving, func(r *history.Record) { r.PID = s.c.PID }); err != nil {
		return err
	}
	switch err := takeOut(ctx, n.cluster.World, st); {
	case errors.Is(err, fault.ErrForgotten):
		return errors.Join(s.putAway(), forgotten(n, err))
	case cluster.Unreachable(err):
		return cluster.Plain("reset the lab", err)
	case err != nil:
		words := fmt.Sprintf("The reset is not complete: %v. Reset again, or make the %s anew (gatedrill cluster reset).", err, n.cluster.Name)
		return errors.Join(err, s.record(history.Failed, func(r *history.Record) { r.Text = words }))
	}
	return s.putAway()
}

// putAway ends the attempt.
func (s *Service) putAway() error {
	if err := s.apply(Ending{}); err != nil {
		return err
	}
	return s.record(history.Reset, nil)
}

// urge urges cards and remembers that it did.
func (s *Service) urge(lab string, cards []string) error {
	if s.c.OnUrge == nil || s.c.OnUrge(lab, cards) != nil {
		return nil
	}
	return s.record(history.Due, func(r *history.Record) { r.Cards = cards })
}

// finishReset ends a reset that another program began and did not finish.
func (s *Service) finishReset(ctx context.Context) error {
	st := s.now()
	switch {
	case st.Phase != labs.PhaseResetting:
		return nil
	case st.pid != s.c.PID && s.c.Alive(st.pid):
		return fmt.Errorf("lab %s is being reset by another program (process %d): try again when that is done", st.Lab.ID, st.pid)
	}
	return s.Reset(ctx)
}

// takeOut makes the cluster as it was before the lab. A cluster that is not
// marked was cleared from elsewhere, was made anew, or lost what was kept in
// it: once the lab was broken in it, which of them is to be found out.
func takeOut(ctx context.Context, w World, st State) error {
	_, err := w.Clear(ctx)
	if errors.Is(err, fault.ErrNoLab) && st.wasBroken {
		err = w.Recover(ctx)
	}
	if errors.Is(err, fault.ErrNoLab) {
		return nil
	}
	return err
}

// forgotten says that a lab is given up that could not be taken out.
func forgotten(n *session, err error) error {
	return fmt.Errorf("lab %s is given up, but what was changed for it stays in the %s and cannot be put back: %w\n"+
		"the next lab start puts the labs' own objects right; to have all of it as it was, make the %s anew: gatedrill cluster reset",
		n.lab.ID, n.cluster.Name, err, n.cluster.Name)
}

// clearUnknown takes out a lab that the history knows nothing of: started from
// another data directory, or left by a proof that was killed.
func (s *Service) clearUnknown(ctx context.Context) error {
	c, err := s.cluster(ctx)
	if errors.Is(err, cluster.ErrNotRunning) && !errors.Is(err, cluster.ErrNoAnswer) {
		return ErrNoLab
	}
	if err != nil {
		return err
	}
	if _, err = c.World.Clear(ctx); errors.Is(err, fault.ErrNoLab) {
		return ErrNoLab
	}
	if cluster.Unreachable(err) {
		return cluster.Plain("clear the cluster", err)
	}
	return err
}

// Leave stops watching; the lab stays as it is and its clock stops.
func (s *Service) Leave(context.Context) error {
	s.mu.Lock()
	have, st := s.sess, s.state
	s.sess = nil
	s.mu.Unlock()
	if have != nil {
		have.close()
	}
	if have == nil || st.Lab == nil || st.Phase == labs.PhaseSolved || st.last.Kind == history.Paused {
		return nil
	}
	return s.record(history.Paused, nil)
}

// Close ends the session without a pause: for single commands, after which
// the learner goes on working.
func (s *Service) Close() {
	s.mu.Lock()
	have := s.sess
	s.sess = nil
	s.mu.Unlock()
	if have != nil {
		have.close()
	}
}
