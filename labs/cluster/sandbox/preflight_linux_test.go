package sandbox

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain stands in for the program's hidden commands, so that tests can
// start themselves inside namespaces.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "sandbox" && os.Args[2] == "probe" {
		os.Exit(Probe(os.Stdout))
	}
	os.Exit(m.Run())
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLimitsNameTheSettingAndTheCommand(t *testing.T) {
	dir := t.TempDir()
	if got := limits(dir); len(got) != 0 {
		t.Errorf("a kernel without limits: %v", got)
	}
	write(t, filepath.Join(dir, "max_user_namespaces"), "0\n")
	write(t, filepath.Join(dir, "max_net_namespaces"), "96365\n")
	got := limits(dir)
	if len(got) != 1 || got[0].Setting != "user.max_user_namespaces = 0" || got[0].Fix != "sudo sysctl -w user.max_user_namespaces=15000" {
		t.Errorf("got %+v", got)
	}
}

func TestExplain(t *testing.T) {
	failure := errors.New("operation not permitted")
	for _, c := range []struct {
		name  string
		files map[string]string
		fix   string
	}{
		{"Debian's switch", map[string]string{"sys/kernel/unprivileged_userns_clone": "0\n"}, "sysctl -w kernel.unprivileged_userns_clone=1"},
		{"Ubuntu's AppArmor", map[string]string{"sys/kernel/apparmor_restrict_unprivileged_userns": "1\n"}, "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
		{"a container", map[string]string{"self/status": "Name:\tx\nSeccomp:\t2\n"}, "seccomp=unconfined"},
		{"something else", map[string]string{"self/status": "Name:\tx\nSeccomp:\t0\n"}, "another backend"},
	} {
		proc := t.TempDir()
		for name, text := range c.files {
			write(t, filepath.Join(proc, name), text)
		}
		got := explain(failure, proc)
		if len(got) != 1 || !strings.Contains(got[0].Fix, c.fix) || !strings.Contains(got[0].What, "operation not permitted") {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestTrialSaysWhatFailed(t *testing.T) {
	err := trial(t.Context(), []string{"/nonexistent/gatedrill", "sandbox"})
	if err == nil {
		t.Fatal("a program that is not there was run")
	}
	if got := preflightError([]Problem{{"a = 0", "b", "c"}}).Error(); !strings.Contains(got, "a = 0") || !strings.Contains(got, "allow it with: c") {
		t.Errorf("got %q", got)
	}
}

// The probe mounts and renames; none of it may be seen outside, not even
// when root runs it without a trial around it.
func TestProbeLeavesTheSystemAlone(t *testing.T) {
	state := func() string {
		mounts, err := os.ReadFile("/proc/self/mountinfo")
		if err != nil {
			t.Fatal(err)
		}
		host, err := os.Hostname()
		if err != nil {
			t.Fatal(err)
		}
		return host + "\n" + string(mounts)
	}
	before := state()
	out, err := exec.Command(os.Args[0], "sandbox", "probe").CombinedOutput()
	t.Logf("the probe outside of a trial: %s %v", out, err) // root may, others may not
	if after := state(); after != before {
		t.Errorf("the system changed:\n%s\nwas\n%s", after, before)
	}
	if p := Preflight(t.Context(), []string{os.Args[0], "sandbox"}); len(p) > 0 {
		t.Skipf("this system forbids the sandbox: %+v", p)
	}
	if after := state(); after != before {
		t.Errorf("the preflight changed the system:\n%s\nwas\n%s", after, before)
	}
}
