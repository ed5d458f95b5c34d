package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

func selectsAll(selector map[string]string, pod object) bool {
	return snapshot.Selects(selector, pod.Labels("metadata", "labels"))
}

// proxyNamespace is the namespace whose view of the mesh the proxy has.
func (w *walk) proxyNamespace() string {
	if len(w.pods) > 0 {
		return w.pods[0].Namespace()
	}
	return w.podNamespace()
}

// entryFor is the ServiceEntry that has a host: an exact one before a
// wildcard, one that this proxy may see before a hidden one, the oldest first.
func (w *walk) entryFor(host string) object {
	var found object
	top := -1
	for _, e := range w.entries {
		fit := match.Best(e.hosts, host)
		if fit < 0 {
			continue
		}
		rank := 2 * fit
		if w.hides(e.object) == "" {
			rank++
		}
		if rank > top || rank == top && age(e.object) < age(found) {
			top, found = rank, e.object
		}
	}
	return found
}

// nearEntry is the ServiceEntry with the host that is nearest to a given one,
// misspelt or a neighbour, and that host.
func (w *walk) nearEntry(host string) (object, string) {
	var found object
	name, top := "", -1
	for _, e := range w.entries {
		for _, h := range e.hosts {
			d, close := near(h, host)
			if close = close && sameWord(h, host); !close && alias(h, host) {
				d, close = len(host), true
			}
			if close && (top < 0 || d < top) {
				found, name, top = e.object, h, d
			}
		}
	}
	return found, name
}

// alias says whether one host is the other's with www before it, the commonest
// other name of a server.
func alias(a, b string) bool { return a == "www."+b || b == "www."+a }

// sameWord says whether two hosts differ by letters of a label or by a label
// more, not by another word in its place: neighbours of one domain are no
// misspellings of each other.
func sameWord(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	if len(x) != len(y) {
		return true
	}
	for i := range x {
		if distance(x[i], y[i]) > max(1, min(len(x[i]), len(y[i]))/2) {
			return false
		}
	}
	return true
}

// hides says what keeps this proxy from being told of an object, "" when
// nothing does.
func (w *walk) hides(o object) string {
	to, home := o.Strs("spec", "exportTo"), w.proxyNamespace()
	switch {
	case !w.heeded(o):
		return "is for revision " + o.Labels("metadata", "labels")[revision] + ", which no istiod runs"
	case len(to) == 0 || slices.Contains(to, "*") || slices.Contains(to, home) || slices.Contains(to, ".") && o.Namespace() == home:
		return ""
	}
	return fmt.Sprintf("has exportTo %s, which hides it from %s", quoteAll(to), home)
}

func entryPorts(entry object) []int {
	var out []int
	for _, p := range entry.Items("spec", "ports") {
		out = append(out, p.Num("number"))
	}
	return out
}

func portTexts(entry object) []string {
	var out []string
	for _, p := range entry.Items("spec", "ports") {
		out = append(out, strconv.Itoa(p.Num("number"))+" "+p.Str("protocol"))
	}
	return out
}

// portProtocol tells what an entry says of the request's port.
func (w *walk) portProtocol(entry object) string {
	for _, p := range entry.Items("spec", "ports") {
		if own := entry.Strs("spec", "addresses"); p.Num("number") == w.target.port && len(own) > 0 && inBlocks(own, w.dest) != yes {
			return fmt.Sprintf("%s has addresses %s, the client connects to %s", entry.Ref(), quoteAll(own), w.dest)
		}
		if p.Num("number") == w.target.port {
			return fmt.Sprintf("%s declares port %d as %s", entry.Ref(), w.target.port, p.Str("protocol"))
		}
	}
	if entry == nil {
		return "no ServiceEntry has the host"
	}
	return entry.Ref().String() + " has ports " + strings.Join(portTexts(entry), ", ")
}
