package check_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs/check"
)

var update = flag.Bool("update", false, "rewrite docs/questions.md")

// The author's documentation says what the compiler accepts.
func TestQuestionsAreDocumented(t *testing.T) {
	t.Parallel()
	const file = "../../docs/questions.md"
	if *update {
		if err := os.WriteFile(file, []byte(check.Document()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(check.Document(), string(have)); d != "" {
		t.Errorf("%s is stale: make golden (-want +got):\n%s", file, d)
	}
}
