package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// In a clone of the project a lab is judged with the scenes and faults that lie
// beside it, and is no clash with itself.
func TestAuthorInAClone(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	e := &env{Stdout: &out, Stderr: &errs, Now: time.Now, Home: t.TempDir(), Zone: time.UTC, Getenv: func(string) string { return "" }}
	if code := run(t.Context(), e, []string{"author", "lint", "../../content/labs/shop-is-gone"}); code != 0 || !strings.HasPrefix(out.String(), "labs read: 1;") {
		t.Errorf("exit code %d\n%s%s", code, &out, &errs)
	}
	out.Reset()
	if code := run(t.Context(), e, []string{"author", "preview", "../../content/labs/shop-is-gone"}); code != 0 || !strings.Contains(out.String(), "# Solution 1") {
		t.Errorf("exit code %d\n%s%s", code, &out, &errs)
	}
}
