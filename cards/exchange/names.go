package exchange

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// The beginnings of ids of notes that came from elsewhere.
const (
	fromGUID = "anki-"  // and the guid in base32, so that it can be given back
	fromLong = "anki0-" // and a digest, of a guid that is too long for that
	fromText = "text-"  // and a digest, of a note without a name
)

// ours begins the guids that our own notes have in Anki.
const ours = "gatedrill:"

// longest is the longest guid that fits into an id.
const longest = 30

// guidCode writes guids with the letters of ids. Their case counts.
func guidCode() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

const maxID = 64

// noteID is the id of a note that Anki calls by a guid. It is ours again if it
// was ours.
func noteID(guid string) string {
	if id, ok := strings.CutPrefix(guid, ours); ok && idForm.MatchString(id) && len(id) <= maxID {
		return id
	}
	if guid == "" || len(guid) > longest {
		return fromLong + digest("guid", guid)
	}
	return fromGUID + guidCode().EncodeToString([]byte(guid))
}

// guidOf is what Anki calls the note of an id.
func guidOf(id string) string {
	if code, ok := strings.CutPrefix(id, fromGUID); ok {
		if guid, err := guidCode().DecodeString(code); err == nil && noteID(string(guid)) == id {
			return string(guid)
		}
	}
	return ours + id
}

// isOurs reports whether a note was one of ours before Anki had it.
func isOurs(guid string) bool {
	return strings.HasPrefix(guid, ours) && noteID(guid) == guid[len(ours):]
}

// textID is the id of a note that has no name of its own: what it asks names
// it.
func textID(front string) string {
	return fromText + digest("front", strings.Join(strings.Fields(front), " "))
}

func digest(parts ...string) string {
	const size = 10
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:size])
}

// cardID is the card of a note by the number that Anki gives it.
func cardID(note string, kind cards.CardKind, ord int) string {
	switch {
	case kind == cards.KindCloze:
		return cards.ClozeID(note, ord+1)
	case kind == cards.KindReversed && ord == 1:
		return cards.ReverseID(note)
	}
	return note
}

// DeckName is the name of a deck as deck files have it.
func DeckName(title string) string {
	const most = 48
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String()[:min(b.Len(), most)], "-")
	if name == "" {
		return "deck-" + digest("deck", title)[:8]
	}
	return name
}

// tagName is a tag as deck files can have it. What separates tags there
// becomes a dash, and groups with fixed members are left to those.
func tagName(tag string) string {
	tag = strings.Map(func(r rune) rune {
		if strings.ContainsRune(",[]{}\"'#&*!|>%@`\\ \t\n", r) {
			return '-'
		}
		return r
	}, cards.Clean(tag))
	for _, g := range []struct {
		prefix string
		known  []string
	}{{"layer:", cards.Layers()}, {"step:", cards.Steps()}} {
		if name, ok := strings.CutPrefix(tag, g.prefix); ok && !slices.Contains(g.known, name) {
			return strings.TrimSuffix(g.prefix, ":") + "-" + name
		}
	}
	return strings.Trim(tag, "-:")
}

func tagNames(tags []string) []string {
	var out []string
	for _, t := range tags {
		if t = tagName(t); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}
