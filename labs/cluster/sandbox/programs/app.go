package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// App returns the program of the labs' workloads, built for linux and an
// architecture as Go calls it: given or beside the executable, as
// gatedrill-app-linux-ARCH or under its plain name where that is this
// machine's kind, else built from the source tree.
func (s Source) App(ctx context.Context, arch string) ([]byte, error) {
	name := "gatedrill-app-linux-" + arch
	names := []string{name}
	if runtime.GOOS == "linux" && runtime.GOARCH == arch {
		names = append(names, "gatedrill-app")
	}
	for _, dir := range []string{s.Given, s.Beside} {
		for _, n := range names {
			if dir == "" {
				continue
			}
			b, err := os.ReadFile(filepath.Join(dir, n))
			if err == nil || !errors.Is(err, os.ErrNotExist) {
				return b, err
			}
		}
	}
	if s.Tree == "" {
		return nil, fmt.Errorf("%s is neither beside the executable nor in $GATEDRILL_PROGRAMS, and there is no source tree to build it from (set GATEDRILL_SOURCE)", name)
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the programs directory: %w", err)
	}
	// Not under the name that is looked for: it would be taken for one given.
	file := filepath.Join(s.Dir, "built-"+name)
	cmd := s.goCommand(ctx, part{module: "."}, "build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-o", file, "./cmd/gatedrill-app")
	cmd.Env = append(cmd.Env, "GOOS=linux", "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return os.ReadFile(file)
}
