package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// Unreachable says whether an error, or one of several joined, is of a request
// that the cluster's API did not answer at all: it ended, or is not up yet.
// What was cancelled, or ran out of its own time, says nothing of the cluster.
func Unreachable(err error) bool {
	var u *url.Error
	return errors.As(err, &u) && !errors.Is(u, context.Canceled) && !errors.Is(u, context.DeadlineExceeded)
}

// Plain says what was being done when an error came. What a cluster that ended
// leaves of its requests, a chain of sockets and addresses for each of them,
// becomes one line that says so; other errors stay as they are.
func Plain(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case Unreachable(err):
		return fmt.Errorf("%s: %w (start it with: gatedrill cluster up)", doing, ErrNoAnswer)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
