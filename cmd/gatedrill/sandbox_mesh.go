package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/gatedrill/gatedrill/labs/cluster/install"
)

// maxMesh is the largest file of mesh settings that is read.
const maxMesh = 1 << 20

// meshFile checks the settings, before anything is started with them, and
// makes the path absolute, for the daemon runs elsewhere.
func meshFile(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", usagef("--mesh-config: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxMesh {
		return "", usagef("--mesh-config: %s: want a plain file of at most %d KiB", path, maxMesh>>10)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", usagef("--mesh-config: %w", err)
	}
	var wrong *install.MeshError
	if err := install.CheckMesh(text); errors.As(err, &wrong) && wrong.Line > 0 {
		return "", usagef("--mesh-config: %s:%d: %s", path, wrong.Line, wrong.What)
	} else if err != nil {
		return "", usagef("--mesh-config: %s: %w", path, err)
	}
	return filepath.Abs(path)
}
