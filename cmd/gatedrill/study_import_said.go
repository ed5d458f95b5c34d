package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gatedrill/gatedrill/cards/exchange"
)

// sayOther says of how many notes the file has another text than the decks.
func sayOther(e *env, n int, have string, how importing) {
	switch {
	case n == 0:
	case how.update:
		fmt.Fprintf(e.Stdout, "%s the text of the file now: %s\n", have, count(n, "note"))
	default:
		fmt.Fprintf(e.Stdout, "another text in the file than here: %s; --update takes it over\n", count(n, "note"))
	}
}

// sayParcel says what was in the file, and what was changed or left out.
func sayParcel(e *env, file string, p *exchange.Parcel, notes int) {
	fmt.Fprintf(e.Stdout, "%s: %s, %s\n", visible(filepath.Base(file)), count(notes, "note"), count(p.Answers(), "answer"))
	for _, line := range p.Said {
		fmt.Fprintln(e.Stdout, " ", visible(line))
	}
	if len(p.Media) == 0 {
		return
	}
	const most = 20
	var names []string
	var size int64
	for i, m := range p.Media {
		if i < most {
			names = append(names, m.Name)
		}
		size += max(0, m.Size)
	}
	more := ""
	if len(p.Media) > most {
		more = fmt.Sprintf(" and %d more", len(p.Media)-most)
	}
	stay := "stay"
	if len(p.Media) == 1 {
		stay = "stays"
	}
	fmt.Fprintf(e.Stdout, "  %s %s in the package (%.1f MB): %s%s\n", count(len(p.Media), "media file"), stay, float64(size)/1e6, visible(strings.Join(names, ", ")), more)
}
