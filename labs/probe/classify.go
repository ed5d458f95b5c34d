package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

// Classes of errors a client can meet. TLS errors begin with "tls: ".
const (
	Refused     = "refused"
	Reset       = "reset"
	Timeout     = "timeout"
	DNS         = "dns"
	Unreachable = "unreachable"
)

// classify names what went wrong, and says whether it was seen of the
// gateway (true) or kept us from seeing it (false).
func classify(err error) (class string, observed bool) {
	var resolve *resolveError
	if errors.As(err, &resolve) {
		var dns *net.DNSError
		if errors.As(err, &dns) {
			return DNS, true
		}
		return resolve.err.Error(), false
	}
	var dial *dialError
	isDial := errors.As(err, &dial)
	var op *net.OpError
	if isDial && errors.As(err, &op) && op.Op == "dial" && op.Net == "unix" {
		return "no way into the cluster: " + err.Error(), false
	}
	if isDial && errors.Is(err, refusal.ErrNoWay) {
		return dial.err.Error(), false
	}
	if errors.Is(err, context.Canceled) {
		return "cancelled", false
	}
	if errors.Is(err, errUntrusted) {
		return TrustClass(err), true
	}
	if c := network(err); c != "" {
		return c, true
	}
	if isDial {
		return Unreachable, true
	}
	if c := handshake(err); c != "" {
		return c, true
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		// A reset arrives as an end of file where the way into the cluster
		// is a relay.
		return Reset, true
	}
	return err.Error(), true
}

func network(err error) string {
	var ne net.Error
	text := strings.ToLower(err.Error())
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), strings.Contains(text, "refused"):
		return Refused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), strings.Contains(text, "connection reset"):
		return Reset
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &ne) && ne.Timeout(), strings.Contains(text, "timed out"):
		return Timeout
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return Unreachable
	case strings.Contains(text, "no such host"):
		return DNS
	}
	return ""
}

func handshake(err error) string {
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return "tls: not TLS"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return "tls: alert " + strings.TrimPrefix(op.Err.Error(), "tls: ")
	}
	var hs *handshakeError
	if errors.As(err, &hs) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "tls: " + strings.TrimPrefix(hs.err.Error(), "tls: ")
	}
	return ""
}
