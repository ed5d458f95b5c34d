// Package refusal carries why a connection could not be made from where it is
// dialled, the sandbox's door or the relay in a cluster, to whoever asked for
// it: as one word, out of which the error of a local dial is made again.
package refusal

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
)

// ErrNoWay is wrapped by what a dial returns where an address cannot be
// reached from here at all, so that nothing is seen of who listens there.
var ErrNoWay = errors.New("there is no way to it from here")

// The words.
const (
	Refused     = "refused"
	Timeout     = "timeout"
	NoSuchHost  = "no-such-host"
	Unreachable = "unreachable"
	Failed      = "failed" // anything else: the message says more
)

// Reason is the word for the error of a dial.
func Reason(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return NoSuchHost
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT), errors.As(err, &dns) && dns.IsTimeout:
		return Timeout
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return Unreachable
	}
	return Failed
}

// Error is the error that a local dial would have ended with.
func Error(reason, message string) error {
	switch reason {
	case Refused:
		return syscall.ECONNREFUSED
	case Timeout:
		return os.ErrDeadlineExceeded
	case Unreachable:
		return syscall.EHOSTUNREACH
	case NoSuchHost:
		return &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	return errors.New(message)
}
