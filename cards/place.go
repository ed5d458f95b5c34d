package cards

import (
	"hash/fnv"
	"strconv"
)

// deckBits is room for as many decks, or cards of a deck, in a place.
const deckBits = 20

// Places says where each card stands among the new ones, by its id. A card
// stands behind all that it presumes. A deck that grows moves none of another's
// cards.
func Places(decks []Deck, order NewOrder) map[string]int64 {
	p := places{own: map[string]int64{}, after: map[string][]string{}, at: map[string]int64{}}
	for d, deck := range decks {
		for i, c := range deck.Cards {
			switch order {
			case NewDecks:
				p.own[c.ID] = int64(d)<<deckBits | int64(i)
			case NewRandom:
				h := fnv.New64a()
				_, _ = h.Write([]byte(c.ID)) // never fails
				const bits = 2 * deckBits
				p.own[c.ID] = int64(h.Sum64() >> (64 - bits))
			default:
				p.own[c.ID] = int64(i)<<deckBits | int64(d)
			}
			if len(c.After) > 0 {
				p.after[c.ID] = c.After
			}
		}
	}
	for id := range p.own {
		p.place(id)
	}
	return p.at
}

type places struct {
	own   map[string]int64 // where a card would stand by itself
	after map[string][]string
	at    map[string]int64
}

// place finds a card's place after those of all that it presumes. Decks with
// circles are refused before; one would end at the card that closes it.
func (p places) place(id string) int64 {
	if at, ok := p.at[id]; ok {
		return at
	}
	at := p.own[id]
	p.at[id] = at
	for _, before := range p.after[id] {
		if _, ok := p.own[before]; ok {
			at = max(at, p.place(before)+1)
		}
	}
	p.at[id] = at
	return at
}

// Dice is a number for a card by chance, another one on each day.
func Dice(card string, day int) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(card + "\n" + strconv.Itoa(day))) // never fails
	return h.Sum64()
}
