package trace_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

// declared are the facts that a trace may fill at a layer.
func declared(l labs.Layer) map[string]labs.FactType {
	out := map[string]labs.FactType{labs.FactCulprit: labs.FactObject}
	for _, f := range labs.FactsOf(l) {
		out[f.Name] = f.Type
	}
	return out
}

// typed says whether a value is of the Go type that a fact's type has.
func typed(v any, t labs.FactType) bool {
	switch v.(type) {
	case string:
		return t == labs.FactText || t == labs.FactObject
	case int:
		return t == labs.FactNumber
	case bool:
		return t == labs.FactBoolean
	case []string:
		return t == labs.FactList
	case float64:
		return t == labs.FactDuration
	}
	return false
}

// checkVocabulary reports facts of a path that are not declared, or are of
// another type than declared.
func checkVocabulary(t *testing.T, p labs.Path) {
	t.Helper()
	for _, h := range p.Hops {
		for _, r := range h.Layers {
			known := declared(r.Layer)
			for name, value := range r.Facts {
				if kind, ok := known[name]; !ok {
					t.Errorf("%s has a fact %q that labs.FactsOf does not declare", r.Layer, name)
				} else if !typed(value, kind) {
					t.Errorf("%s.%s is a %T, declared as %s", r.Layer, name, value, kind)
				}
			}
		}
	}
}

// Every fact that the code names is declared somewhere, and every declared one
// is filled: recordings do not show all of them.
func TestVocabularyIsTheCodes(t *testing.T) {
	t.Parallel()
	filled := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`\bfact\("(\w+)"`)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllSubmatch(text, -1) {
			filled[string(m[1])] = true
		}
	}
	all := map[string]bool{}
	for _, l := range labs.Layers() {
		for name := range declared(l) {
			all[name] = true
			if !filled[name] {
				t.Errorf("%s.%s is declared, and nothing fills it", l, name)
			}
		}
		for _, f := range labs.LayerFacts() {
			if _, twice := declared(l)[f.Name]; twice && f.Name != labs.FactCulprit {
				t.Errorf("%s.%s is declared twice", l, f.Name)
			}
		}
	}
	for name := range filled {
		if !all[name] {
			t.Errorf("fact %q is filled, and labs.FactsOf does not declare it", name)
		}
	}
}
