package trace

import "sync"

// shared is what is worked out when it is first asked for.
type shared[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]V
}

func newShared[K comparable, V any]() *shared[K, V] { return &shared[K, V]{known: map[K]V{}} }

func (s *shared[K, V]) get(key K, work func() V) V {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.known[key]
	if !ok {
		v = work()
		s.known[key] = v
	}
	return v
}
