package main

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
	_ "time/tzdata"
)

// Zones of a process are read once: each case is a process of its own.
func TestLearnerZone(t *testing.T) {
	const asked = "GATEDRILL_TEST_ZONE"
	if os.Getenv(asked) != "" {
		os.Stdout.WriteString(learnerZone(os.Getenv, os.Readlink).String())
		os.Exit(0)
	}
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for tz, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", ":America/Los_Angeles": "America/Los_Angeles", "UTC": "UTC",
	} {
		c := exec.CommandContext(t.Context(), exe, "-test.run=^TestLearnerZone$")
		c.Env = append(os.Environ(), asked+"=1", "TZ="+tz)
		if got, err := c.Output(); err != nil || string(got) != want {
			t.Errorf("TZ=%s: %q, %v, want %q", tz, got, err, want)
		}
	}
	none := func(string) string { return "" }
	if got := learnerZone(none, func(string) (string, error) { return "", errors.New("no link") }); got != time.Local {
		t.Errorf("without a name: %v", got)
	}
	if got := learnerZone(none, func(string) (string, error) { return "/usr/share/zoneinfo/No/Where", nil }); got != time.Local {
		t.Errorf("with a name of nowhere: %v", got)
	}
}
