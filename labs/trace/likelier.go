package trace

import (
	"cmp"
	"strings"

	"github.com/gatedrill/gatedrill/labs/match"
)

// relation is what a route has to do with the host, the likelier the higher.
type relation int

const (
	unrelated relation = iota
	cameBy             // it led the request here, and has done its work
	alone              // its host is another one, but nothing else hangs on the Gateway
	orphaned           // no server of its Gateway serves its hosts
	nearly             // it names almost that host
	named
)

// standing is how a route stands to this gateway, the likelier the higher: one
// that wants to be here and is not has a fault, one that serves other ports may
// be as it should.
type standing int

const (
	notHere     standing = iota // it does not name this gateway
	atOtherPort                 // servers of other ports take it
	keptOut                     // it names this gateway, or one that is not there, and no server takes it
	atPort                      // a server of the request's port takes it
)

// likelier orders candidates: by what they have to do with the host, an exact
// name before a wildcard, by their standing, the nearest first.
func likelier(a, b candidate) int {
	return cmp.Or(
		cmp.Compare(b.relation, a.relation),
		cmp.Compare(exact(a), exact(b)),
		cmp.Compare(b.standing, a.standing),
		cmp.Compare(b.fit, a.fit),
		cmp.Compare(a.letters, b.letters),
		strings.Compare(a.ref.String(), b.ref.String()),
	)
}

// exact puts routes that name the very host before those that do not.
func exact(c candidate) int {
	if c.fit == match.Exact {
		return 0
	}
	return 1
}
