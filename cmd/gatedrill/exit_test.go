package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
)

// offline is somebody at the command line without a cluster, with a lab in
// progress.
func offline(t *testing.T) (*env, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	e := &env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now, Zone: time.UTC, Home: t.TempDir(),
		Getenv:  func(string) string { return "" },
		backend: func(*env) (cluster.Backend, error) { return nowhere{}, nil },
	}
	history := `{"at":"2026-11-23T12:00:00Z","attempt":"1","lab":"shop-is-gone","kind":"started","pid":1}
{"at":"2026-11-23T12:00:02Z","attempt":"1","lab":"shop-is-gone","kind":"broken"}
`
	if err := os.WriteFile(filepath.Join(e.Home, "history.jsonl"), []byte(history), 0o600); err != nil {
		t.Fatal(err)
	}
	return e, &out
}

// TestExitCodes holds the commands to what gatedrill exit-codes says.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	e, out := offline(t)
	for _, c := range []struct {
		line string
		want int
	}{
		{"lab start nosuch", exitUsage},
		{"lab verify nosuch", exitUsage},
		{"lab hint nosuch", exitUsage},
		{"lab hint hosts", exitUsage}, // not reached yet
		{"lab answer hosts x", exitUsage},
		{"lab verdict hosts broken", exitUsage},
		{"cards show nosuch", exitUsage},
		{"cards suspend nosuch", exitUsage},
		{"cards list deck:", exitUsage},
		{"review --plain --deck nosuch", exitUsage},
		{"lab answer capture ''", exitUsage},
		{"lab start shop-is-gone", exitUnknown},
		{"lab verify shop-is-gone", exitUnknown},
		{"lab answer capture NR", exitUnknown},
		{"lab check", exitUnknown},
		{"lab shell -- true", exitUnknown},
		{"trace http://shop.example.com/", exitUnknown},
		{"lab hint capture", 0},
		{"lab reset", 0},
		{"lab start shop-is-gone", exitUnknown},
		{"lab reset", exitFailed},
	} {
		out.Reset()
		args := strings.Fields(strings.ReplaceAll(c.line, "''", " "))
		if strings.Contains(c.line, "''") {
			args = append(args, "")
		}
		if got := run(t.Context(), e, args); got != c.want {
			t.Errorf("gatedrill %s: exit code %d, want %d\n%s", c.line, got, c.want, out)
		}
	}
}

func TestExitCodesOfReplies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reply labs.Reply
		want  int
	}{
		{labs.Reply{Right: true}, 0}, {labs.Reply{}, exitFailed}, {labs.Reply{Unknown: true}, exitUnknown},
		{labs.Reply{Unknown: true, Slip: true}, exitUsage},
	} {
		e, _ := offline(t)
		got := 0
		if err, ok := printReply(e, c.reply, nil, false).(*exitError); ok {
			got = err.code
		}
		if got != c.want {
			t.Errorf("%+v: exit code %d, want %d", c.reply, got, c.want)
		}
	}
}

func TestExitCodesOfChecks(t *testing.T) {
	t.Parallel()
	goals := func(o labs.Outcome) []labs.CheckView { return []labs.CheckView{{Title: "g", Outcome: o}} }
	for name, c := range map[string]struct {
		view labs.View
		want int
	}{
		"all pass":            {labs.View{Phase: labs.PhaseFixing, Goals: goals(labs.Pass)}, 0},
		"one fails":           {labs.View{Phase: labs.PhaseFixing, Goals: goals(labs.Fail), Guards: goals(labs.Pending)}, exitFailed},
		"one is unknown":      {labs.View{Phase: labs.PhaseFixing, Goals: goals(labs.Pass), Guards: goals(labs.Pending)}, exitUnknown},
		"nothing is judged":   {labs.View{Phase: labs.PhaseFixing}, exitUnknown},
		"too early":           {labs.View{Phase: labs.PhaseUnearned, Goals: goals(labs.Pass)}, exitFailed},
		"served by another":   {labs.View{Phase: labs.PhaseFixing, Goals: goals(labs.Pass), Trouble: "the route answers by itself"}, exitFailed},
		"solved, then harmed": {labs.View{Phase: labs.PhaseSolved, Goals: goals(labs.Pass), Trouble: "gone"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := 0
			if err, ok := checksVerdict(c.view).(*exitError); ok {
				got = err.code
			}
			if got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
}
