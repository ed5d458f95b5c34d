package accuracy_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gatedrill/gatedrill/labs/accuracy"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// lacking says that no sandbox has what a case needs.
func lacking(need string) bool {
	return need == accuracy.NeedsAmbient || need == accuracy.NeedsWaypoint
}

// TestReplay judges all recorded cases and holds the trace to its promises. A
// case without a recording must need something that a sandbox does not have.
func TestReplay(t *testing.T) {
	t.Parallel()
	dir := os.DirFS("cases")
	cases, problems := accuracy.Load(dir)
	for _, p := range problems {
		t.Errorf("cases/%s", p)
	}
	results := make([]accuracy.Result, len(cases))
	var wg sync.WaitGroup
	for i, c := range cases {
		wg.Go(func() {
			var err error
			results[i], err = accuracy.Replay(dir, c, trace.Trace)
			if errors.Is(err, accuracy.ErrNotRecorded) && slices.ContainsFunc(c.Needs, lacking) {
				results[i].NotRun = "not recorded; it needs " + strings.Join(c.Needs, ", ")
			} else if err != nil {
				results[i].Problem = err.Error()
			}
		})
	}
	wg.Wait()
	report := accuracy.Sum(results)
	var table strings.Builder
	if err := report.Print(&table); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", &table)
	if missed := report.Missed(); missed != "" {
		t.Error(missed)
	}
}
