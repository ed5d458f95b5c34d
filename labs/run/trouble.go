package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// trouble says what keeps a lab from being judged, in three parts: what,
// where, what next. It looks at what the lab needs to be there, and at what
// Envoy refuses; not at what is the lab's own fault, which is the learner's
// to find. Replaced says that the lab may be well all the same: a learner may
// mend it by taking away what the fault spoiled, or by putting something of
// their own in the place of what is gone.
func trouble(n needs, s seen) (words string, replaced bool) {
	if why := silence(s.Snapshot); why != "" {
		return fmt.Sprintf("The cluster's API does not answer (%s). See gatedrill cluster status, start it with gatedrill cluster up; the lab is kept and goes on by itself.", why), false
	}
	if lost := lostNamespaces(n.homes, s.Snapshot); len(lost) > 0 {
		return fmt.Sprintf("Namespace %s is gone, with all that was in it. Reset the lab to get it back: gatedrill lab reset.", strings.Join(lost, ", ")), false
	}
	why := n.still(s)
	if why == "" {
		why = n.refused(s.Snapshot)
	}
	if lost := n.lost(s); len(lost) > 0 {
		return lostWords(lost), why == "" && n.replaced(lost, s.Snapshot)
	}
	return why, false
}

// lostWords names what is gone, not all of it where it is much.
func lostWords(lost []need) string {
	const most = 4
	var names, effects []string
	for _, o := range lost {
		names = append(names, o.String())
		if o.effect != "" && !slices.Contains(effects, o.effect) {
			effects = append(effects, o.effect)
		}
	}
	if len(names) > most {
		names = append(names[:most-1], fmt.Sprintf("%d more", len(lost)-most+1))
	}
	is, it := "is", "it"
	if len(lost) > 1 {
		is, it = "are", "them"
	}
	words := fmt.Sprintf("%s %s gone, and the lab needs %s", enumerated(names), is, it)
	if len(effects) > 0 {
		words = fmt.Sprintf("%s %s gone: %s", enumerated(names), is, strings.Join(effects, ", "))
	}
	return fmt.Sprintf("%s. Make %s again as before, or reset the lab to get %s back: gatedrill lab reset.", words, it, it)
}

// enumerated joins words as a sentence does.
func enumerated(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// silence says why the cluster's API does not answer, "" when it does.
func silence(s snapshot.Snapshot) string {
	why := s.Missing["Deployment"]
	if why == "" || s.Missing["Service"] == "" || s.Missing["Pod"] == "" {
		return ""
	}
	return reason(why)
}

// lostNamespaces are those that are not there, or on their way out.
func lostNamespaces(homes []string, s snapshot.Snapshot) []string {
	there, listed := map[string]bool{}, false
	for _, o := range s.Objects {
		if o.Kind() == "Namespace" {
			listed = true
			there[o.Name()] = !o.Has("metadata", "deletionTimestamp")
		}
	}
	if _, missing := s.Missing["Namespace"]; missing || !listed {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(homes), func(ns string) bool { return there[ns] })
}

// reason is the end of a chain of errors, which says what it came down to.
func reason(text string) string {
	parts := strings.Split(text, ": ")
	return parts[len(parts)-1]
}
