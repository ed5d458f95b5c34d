package study

import "context"

// Refresh takes the decks over if they changed since the last time, so that
// learners see what they write. It is cheap where nothing changed.
func (s *Service) Refresh(ctx context.Context) error {
	fingerprint := s.Decks.Fingerprint()
	have, err := s.Store.Catalogue(ctx)
	if err != nil || have.Fingerprint == fingerprint {
		return err
	}
	decks, lost := s.Decks.Load()
	return s.Store.Fill(ctx, decks, fingerprint, lost)
}
