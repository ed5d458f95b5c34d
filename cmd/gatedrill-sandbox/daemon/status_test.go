package daemon

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "status.json")
	s := newStatus(path, 4711, []string{phaseEtcd, phaseAPI, phaseNode}, func() time.Time { return now })
	read := func() report {
		t.Helper()
		var r report
		b, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(b, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := read(); r.Phase != phaseEtcd || !r.Started.Equal(now) || r.PID != 4711 {
		t.Errorf("at the start: %+v", r)
	}
	s.wait(phaseAPI, "etcd readiness")
	now = now.Add(300 * time.Millisecond)
	s.done(phaseNode) // out of order: the phase shown is still the first that is not done
	s.done(phaseEtcd)
	if r := read(); r.Phase != phaseAPI || r.Waiting != "etcd readiness" || len(r.Phases) != 2 || r.Phases[1].MS != 300 {
		t.Errorf("in between: %+v", r)
	}
	s.done(phaseAPI)
	if r := read(); r.Phase != phaseReady || r.Waiting != "" {
		t.Errorf("at the end: %+v", r)
	}
	s.fail(errors.New("etcd is gone"))
	if r := read(); r.Phase != phaseFailed || r.Error != "etcd is gone" {
		t.Errorf("after a failure: %+v", r)
	}
}
