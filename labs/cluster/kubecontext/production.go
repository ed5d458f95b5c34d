package kubecontext

import (
	"slices"
	"strings"
	"unicode"
)

// Production returns the words by which a target looks like one that people
// depend on, each with where it stands: "prod in the server's address".
func (t Target) Production() []string {
	var out []string
	for _, p := range []struct{ text, where string }{
		{t.Context, "the context's name"}, {t.Cluster, "the cluster's name"}, {t.Server, "the server's address"},
	} {
		for _, w := range words(p.text) {
			if slices.Contains([]string{"prod", "production", "prd", "live"}, w) {
				out = append(out, w+" in "+p.where)
			}
		}
	}
	return slices.Compact(out)
}

// words splits where letters end or where capitals begin: "euProd1-shop" is
// eu, prod and shop. So "product" and "deliver" are words of their own.
func words(text string) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, strings.ToLower(b.String()))
			b.Reset()
		}
	}
	last := ' '
	for _, r := range text {
		if !unicode.IsLetter(r) || unicode.IsUpper(r) && unicode.IsLower(last) {
			flush()
		}
		if unicode.IsLetter(r) {
			b.WriteRune(r)
		}
		last = r
	}
	flush()
	return out
}
