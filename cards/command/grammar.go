package command

import (
	"slices"
	"strings"
)

// item is a part of a call: a word whose place counts, or a flag.
type item struct {
	key  string // the same for what means the same
	flag string // name of a flag, "" of a word
	text string // as it was typed
}

func (i item) name() string  { return i.key }
func (i item) shown() string { return i.text }

// grammar is how a program reads its words.
type grammar struct {
	style style
	short map[string]string // letters of flags and their names
	bare  []string          // names of flags without a value; every other one has one
	value func(flag, value string) string
	words func(words []item) []item
}

// style is how flags are written.
type style int

const (
	unknown style = iota // nothing is known: the words are taken as they are
	pflag                // -n x, -nx, -n=x, --name x, --name=x, anywhere
	getopt               // as pflag, but --name x only: curl
	single               // -name x: openssl
	plus                 // +name, @server: dig
)

// items takes a call apart.
func (c call) items() (words, flags []item) {
	for _, e := range c.extra {
		flags = append(flags, item{e, e, e})
	}
	if len(c.words) == 0 {
		return nil, flags
	}
	words, more := split(c.words)
	return words, append(flags, more...)
}

// split tells words from flags. What follows "--" is a call of its own where
// the program hands it on, as kubectl exec does.
func split(words []string) (places, flags []item) {
	program := call{words: words}.program()
	g := grammarOf(program, words[1:])
	var handed []string
	own := words[1:]
	for i, w := range own {
		if w == "--" && g.style == pflag {
			own, handed = own[:i], own[i+1:]
			break
		}
	}
	for i := 0; i < len(own); {
		found, n := g.flags(own[i:])
		if n == 0 {
			places, n = append(places, g.place(own[i])...), 1
		}
		flags, i = append(flags, found...), i+n
	}
	if g.words != nil {
		places = g.words(places)
	}
	places = append([]item{{key: program, text: program}}, places...)
	if handed != nil {
		places = append(places, item{key: "--", text: "--"})
	}
	if len(handed) > 0 {
		inner, innerFlags := split(handed)
		places = append(places, inner...)
		for _, f := range innerFlags { // no flag of the one is one of the other
			flags = append(flags, item{"-- " + f.key, "-- " + f.flag, f.text})
		}
	}
	return places, flags
}

// place is a word whose place counts. A flag of a program that is not known
// may be one too, and "--x=y" is then the two words "--x y".
func (g grammar) place(w string) []item {
	name, value, ok := strings.Cut(w, "=")
	if ok && g.style == unknown && strings.HasPrefix(w, "--") {
		return []item{{key: name, text: name}, {key: value, text: value}}
	}
	return []item{{key: w, text: w}}
}

// flags reads the flags in the first word, with the value of the last one. It
// returns how many words these were, none if the first is no flag.
func (g grammar) flags(words []string) ([]item, int) {
	w := words[0]
	switch {
	case len(w) < 2 || w == "--" || w[0] != '-' && g.style != plus:
		return nil, 0
	case g.style == unknown:
		return nil, 0
	case g.style == plus:
		if w[0] == '+' || w[0] == '@' {
			return []item{{w, w, w}}, 1
		}
		return nil, 0
	case g.style == single:
		return g.flag(strings.TrimLeft(w, "-"), w, "", false, words)
	case strings.HasPrefix(w, "--"):
		name, value, has := w[2:], "", false
		if g.style == pflag {
			name, value, has = strings.Cut(w[2:], "=")
		}
		return g.flag(name, w, value, has, words)
	}
	return g.bundle(words)
}

// bundle reads short flags: "-it", "-nshop", "-sSI".
func (g grammar) bundle(words []string) ([]item, int) {
	var out []item
	w := words[0]
	for i := 1; i < len(w); i++ {
		name := g.long(w[i : i+1])
		if g.isBare(name) && !(g.style == pflag && strings.HasPrefix(w[i+1:], "=")) {
			out = append(out, item{key: "--" + name, flag: name, text: "-" + w[i:i+1]})
			continue
		}
		rest := w[i+1:]
		if g.style == pflag {
			rest = strings.TrimPrefix(rest, "=")
		}
		text := "-" + w[i:]
		found, n := g.flag(name, text, rest, rest != "", words)
		return append(out, found...), n
	}
	return out, 1
}

// flag is one flag, with its value if it has one.
func (g grammar) flag(name, text, value string, has bool, words []string) ([]item, int) {
	name = g.long(name)
	n := 1
	switch {
	case g.isBare(name):
		if has && value != "true" {
			return []item{{"--" + name + "=" + value, name, text}}, n
		}
		return []item{{"--" + name, name, text}}, n
	case !has && len(words) > 1:
		value, n = words[1], 2
		text += " " + value
	}
	if g.value != nil {
		value = g.value(name, value)
	}
	return []item{{"--" + name + "=" + value, name, text}}, n
}

func (g grammar) long(name string) string {
	if l, ok := g.short[name]; ok {
		return l
	}
	return name
}

func (g grammar) isBare(name string) bool {
	return slices.Contains(g.bare, name)
}

// grammarOf is that of a program; of some it depends on the words after it.
func grammarOf(program string, words []string) grammar {
	switch program {
	case "kubectl":
		return kubectl(words)
	case "istioctl":
		return istioctl(words)
	case "curl":
		return curl()
	case "openssl":
		return openssl()
	case "tcpdump":
		return tcpdump()
	case "dig":
		return dig()
	}
	return grammar{}
}
