package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Looking at an old database brings it to no other schema, and leaves no file.
func TestLookChangesNothing(t *testing.T) {
	t.Parallel()
	path, raw := old(t)
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	version, newest, err := Look(t.Context(), path)
	if err != nil || version != 1 || newest < 3 {
		t.Errorf("schema %d of %d, %v", version, newest, err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the file is another one (%v)", err)
	}
	if left, err := filepath.Glob(path + "*"); err != nil || len(left) != 1 {
		t.Errorf("files are %q, %v", left, err)
	}
	if _, _, err := Look(t.Context(), path+".none"); err == nil {
		t.Error("a file that is not there is whole")
	}
	if left, err := filepath.Glob(path + "*"); err != nil || len(left) != 1 {
		t.Errorf("files are %q, %v", left, err)
	}
}

func TestLookRefuses(t *testing.T) {
	t.Parallel()
	for pragma, want := range map[string]error{"user_version = 99": ErrNewer, "application_id = 1": ErrForeign} {
		path, raw := old(t)
		if _, err := raw.ExecContext(t.Context(), "PRAGMA "+pragma); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Look(t.Context(), path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", pragma, err, want)
		}
	}
}
