package anki

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protobuf message taken apart. Anki's are few and small, so that
// their generated code is not needed.
type message []part

type part struct {
	field  protowire.Number
	number uint64
	bytes  []byte
}

// fieldsOf takes a message apart, and skips what has another form than the
// ones that are read here.
func fieldsOf(b []byte) (message, error) {
	var m message
	for len(b) > 0 {
		field, form, n := protowire.ConsumeTag(b)
		if n < 0 {
			return nil, fmt.Errorf("read protobuf: %w", protowire.ParseError(n))
		}
		b = b[n:]
		p := part{field: field}
		switch form {
		case protowire.VarintType:
			p.number, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			p.bytes, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(field, form, b)
		}
		if n < 0 {
			return nil, fmt.Errorf("read protobuf: %w", protowire.ParseError(n))
		}
		m, b = append(m, p), b[n:]
	}
	return m, nil
}

// number is the last value of a field, as protobuf has it.
func (m message) number(field protowire.Number) (v uint64) {
	for _, p := range m {
		if p.field == field {
			v = p.number
		}
	}
	return v
}

func (m message) text(field protowire.Number) (s string) {
	for _, p := range m {
		if p.field == field {
			s = string(p.bytes)
		}
	}
	return s
}

func (m message) all(field protowire.Number) (out [][]byte) {
	for _, p := range m {
		if p.field == field {
			out = append(out, p.bytes)
		}
	}
	return out
}
