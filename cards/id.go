package cards

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ID names a line of the log, on this machine and on all others: a UUID of
// version 7. Its order is the order in which lines were written, also where a
// clock went back: an ID is later than all that its log held when it was made.
type ID [16]byte

// maxMillis is the largest time that fits into an ID.
const maxMillis = 1<<48 - 1

// NewID makes an ID for a line written at a moment, after the newest of its
// log, which is the zero ID in an empty one.
func NewID(at time.Time, after ID, random io.Reader) (ID, error) {
	u, err := uuid.NewRandomFromReader(random)
	if err != nil {
		return ID{}, fmt.Errorf("name a line of the log: %w", err)
	}
	ms := max(at.UnixMilli(), after.millis()+1)
	if ms > maxMillis {
		return ID{}, fmt.Errorf("name a line of the log: no time after that of %s can be written", after)
	}
	return stamp(u, ms), nil
}

// stamp makes a version 7 of a UUID's random bits.
func stamp(u [16]byte, ms int64) ID {
	id := ID(u)
	low := binary.BigEndian.Uint16(id[6:])
	binary.BigEndian.PutUint64(id[:], uint64(ms)<<16|uint64(low&0x0fff|0x7000))
	id[8] = id[8]&0x3f | 0x80
	return id
}

// OldID names a line of a log whose lines were numbered: the same one
// wherever that log was copied to. It is as NewID, with a digest of the line
// in the place of chance.
func OldID(at time.Time, after ID, digest [16]byte) ID {
	return stamp(digest, max(at.UnixMilli(), after.millis()+1))
}

func (id ID) millis() int64 { return int64(binary.BigEndian.Uint64(id[:]) >> 16) }

// Time is the moment for which the ID was made, or a little after it.
func (id ID) Time() time.Time { return time.UnixMilli(id.millis()).UTC() }

// IsZero reports whether this is no ID.
func (id ID) IsZero() bool { return id == ID{} }

// String is the ID in full: "019ad0c3-7c1e-7b1a-9c5e-3f0a52d96b04".
func (id ID) String() string { return uuid.UUID(id).String() }

// nameLength is how many digits of an ID people need to type: four billion
// names, of which a log holds a million at most.
const nameLength = 8

// Name is the end of the ID, which tells the lines of a log apart: "52d96b04".
func (id ID) Name() string {
	s := id.String()
	return s[len(s)-nameLength:]
}

// ErrNoName is a text that cannot be the name of a line of the log.
var ErrNoName = errors.New("no name of an answer")

// Ending reads what people type for an ID: all of it, or at least its last
// eight digits. It returns the digits, in lower case and without dashes.
func Ending(text string) (string, error) {
	s := strings.ToLower(strings.ReplaceAll(text, "-", ""))
	if len(s) < nameLength || len(s) > 32 || strings.Trim(s, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%w: %q", ErrNoName, text)
	}
	return s, nil
}
