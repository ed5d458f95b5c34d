package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatedrill/gatedrill/labs/history"
)

// UnreadError is ErrNoLab where a lab is in progress that no folder has which
// is read: it came from one that is not named now, or from another version of
// the program.
type UnreadError struct{ Lab string }

func (e *UnreadError) Error() string {
	return fmt.Sprintf("lab %s is in progress, and no folder of labs has it: name the folder that does (--labs FOLDER), or give it up (gatedrill lab reset)", e.Lab)
}

// Is makes it an ErrNoLab: there is nothing to work on.
func (e *UnreadError) Is(target error) bool { return target == ErrNoLab }

// unread is the attempt in progress of a lab that is not there.
type unread struct{ lab, attempt string }

// follow keeps up with one more record.
func (u unread) follow(r history.Record) unread {
	if r.Attempt == u.attempt && (r.Kind == history.Reset || r.Kind == history.Solved) {
		return unread{}
	}
	return u
}

// noLab is why there is no lab to work on.
func (s *Service) noLab() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unread.lab != "" {
		return &UnreadError{s.unread.lab}
	}
	return ErrNoLab
}

// isUnread says whether a lab is in progress that is not there.
func (s *Service) isUnread() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unread.lab != ""
}

// giveUp ends the attempt of a lab that is not there, with what it left in the
// cluster; without one it takes out what nobody knows of.
func (s *Service) giveUp(ctx context.Context) error {
	s.mu.Lock()
	u := s.unread
	s.mu.Unlock()
	err := s.clearUnknown(ctx)
	if u.lab == "" || err != nil && !errors.Is(err, ErrNoLab) {
		return err
	}
	return s.write(history.Record{At: s.c.Now(), Attempt: u.attempt, Lab: u.lab, Kind: history.Reset})
}
