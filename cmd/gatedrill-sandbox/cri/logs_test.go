package cri

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tail returns the log's lines without their times.
func tail(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stamp := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\S+ `)
	var out []string
	for line := range strings.Lines(string(b)) {
		if !stamp.MatchString(line) {
			t.Fatalf("no time at the start of %q", line)
		}
		out = append(out, strings.TrimSuffix(stamp.ReplaceAllString(line, ""), "\n"))
	}
	return out
}

func TestLogFormat(t *testing.T) {
	t.Parallel()
	l := &logFile{path: filepath.Join(t.TempDir(), "0.log")}
	if err := l.open(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", "echo whole; printf part")
	p, err := l.attach(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.started()
	p.done.Wait()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(tail(t, l.path), "|"); got != "stdout F whole|stdout P part" {
		t.Errorf("log is %q", got)
	}
}

func TestLogIsReopened(t *testing.T) {
	t.Parallel()
	l := &logFile{path: filepath.Join(t.TempDir(), "0.log")}
	for _, step := range []func() error{
		l.open,
		func() error { l.write("stdout", []byte("old\n")); return nil },
		func() error { return os.Rename(l.path, l.path+".1") },
		l.open,
		func() error { l.write("stdout", []byte("new\n")); return nil },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	if got := tail(t, l.path); len(got) != 1 || got[0] != "stdout F new" {
		t.Errorf("new file has %q", got)
	}
	if got := tail(t, l.path+".1"); len(got) != 1 || got[0] != "stdout F old" {
		t.Errorf("old file has %q", got)
	}
}
